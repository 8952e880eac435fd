import Allocation
import Statistics

/// Watches the rollouts of one prompt under an early-abort rule.
///
/// A rollout is drawn to its end and then cut where the rule would have ended it. Since it has a stream of its own, and the rule's random numbers are others, what is left is what drawing with the rule would have given, to the last bit;
/// what is cut off is not counted.
///
/// The tasks have no answer marker: what sets their steps apart stands between any two of them and says nothing of an answer. An answer is given where the response ends. The confident stop, which a marker arms, therefore never happens in
/// the trainer; what remains is the abort of responses that have not ended by K2 and the grace, undone by the survivors' weights 1/ε.
///
/// - Source: `duet2026`. Unverified: the authors' numbers of tokens are for responses of up to 4096; here they are in proportion to the longest response.
struct RolloutWatch {
  /// How a rollout ended.
  struct Ending {
    /// Tokens that are left.
    var length: Int
    /// Whether it was given up, or went on although flagged.
    var fate: EarlyAbort.Fate
    /// Whether it was stopped because its answer was decided, to be judged as it stands.
    var isStopped: Bool
  }

  var abort: EarlyAbort
  /// The state before the first token.
  var rule: StopRule
  /// The token after which an answer comes; nil where the end of the response stands for it, as it does in the trainer.
  var marker: Int32?

  /// The longest response that the published numbers of tokens are for.
  static let publishedLength = 4096

  /// The watches of a batch's prompts: each has its own threshold, by what it is known to teach.
  static func each(
    _ records: [PromptRecord], abort: EarlyAbort, landmarks: StopLandmarks, maximumLength: Int
  ) throws(TrainingError) -> [RolloutWatch] {
    let thresholds: [Double]
    do throws(AllocationError) {
      thresholds = try StopRule.thresholds(
        signals: records.map { $0.signal ?? 0 }, lengths: records.map { $0.meanLength ?? 0 })
    } catch {
      throw .invalid(name: "the early abort", value: "asked for", allowed: "be possible: \(error)")
    }
    func scaled(_ published: Int) -> Int { max(1, published * maximumLength / publishedLength) }
    return thresholds.map {
      RolloutWatch(
        abort: abort,
        rule: StopRule(
          threshold: $0, landmarks: landmarks, leastTokens: scaled(200), grace: scaled(150)))
    }
  }

  /// What becomes of a rollout that was drawn to its end; `stream` decides whether it goes on where it may end.
  func ending(_ batch: RolloutBatch, rollout: Int, stream: inout RandomStream) -> Ending {
    let range = batch.range(rollout)
    var state = rule
    var ending = Ending(length: range.count, fate: .unflagged, isStopped: false)
    var markerSeen = false
    for place in range {
      let position = place - range.lowerBound
      switch state.read(
        position: position, margin: Double(batch.margins[place]), markerSeen: markerSeen)
      {
      case .goOn: break
      case .mayStop:
        if !abort.goesOn(stream.uniform()) {
          ending.length = position
          ending.isStopped = true
          return ending
        }
      case .mayAbort:
        ending.fate = .survived
        if !abort.goesOn(stream.uniform()) {
          ending.length = position
          ending.fate = .aborted
          return ending
        }
      }
      if batch.tokens[place] == marker { markerSeen = true }
    }
    return ending
  }
}
