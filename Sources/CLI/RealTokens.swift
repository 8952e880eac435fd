import Claims
import Foundation
import Interchange

/// The tokens of rollout logs, as `allot verify --rollouts` hands them to the claims.
struct RealTokens {
  /// The most tokens that are kept; the rest of the logs is not read.
  ///
  /// A million tokens of short responses were measured at 100 MB here and 120 MB more while a claim looks at them in one batch: a quarter of the gibibyte that a run may take.
  static let mostTokens = 1_000_000

  /// The log; nil where no rollout has both log-probabilities and entropies.
  private(set) var log: TokenLog?
  /// The field that no rollout has, where `log` is nil for want of it.
  private(set) var missingField: String?
  /// What the user should know.
  private(set) var warnings: [String] = []

  /// Reads `paths` in order; any damaged line is an error.
  init(paths: [String], vocabulary: Int?, mostTokens: Int = RealTokens.mostTokens) throws(InterchangeError) {
    // Rewards are taken as they are logged, graded ones too; what counts as a success does not matter to tokens.
    var reader = RolloutLogReader(rule: SuccessRule(threshold: 1), readsTokens: true)
    let collector = Collector(vocabulary: vocabulary, mostTokens: mostTokens)
    for (index, path) in paths.enumerated() {
      guard path == "-" || !paths[..<index].contains(path) else {
        throw .unrecognised(file: path, reason: "the log is given twice: its tokens would count twice")
      }
      if collector.isFull {
        // Not read, but a name that leads nowhere is an error all the same.
        if path != "-" { _ = try LineReader(path: path) }
        continue
      }
      try reader.read(
        path: path, while: { !collector.isFull },
        { record throws(RecordRejection) in try collector.add(record) })
      if let first = reader.damage.first.first { throw first }
    }
    guard collector.rollouts > 0 else { throw .empty(files: paths, reason: "there are no rollouts") }
    let files = paths.map { $0 == "-" ? "<stdin>" : String($0.split(separator: "/").last ?? "/") }
    describe(collector, files: files.joined(separator: ", "))
  }

  private mutating func describe(_ collector: Collector, files: String) {
    guard !collector.responses.isEmpty else {
      let field = collector.hasLogProbabilities ? "entropy" : "logprobs"
      missingField = field
      warnings.append(
        "no rollout of \(files) has the per-token field '\(field)': the claims cannot be asked of real tokens"
      )
      return
    }
    var name = files
    if collector.isFull {
      name += " (the first \(collector.tokens) tokens)"
      warnings.append(
        "only the first \(collector.tokens) tokens (\(collector.responses.count) rollouts) of \(files) are used: the claims are asked of at most \(collector.mostTokens)"
      )
    }
    if collector.withoutTokens > 0 {
      warnings.append(
        "\(collector.withoutTokens) rollouts of \(files) have no 'logprobs' or no 'entropy' and were left out"
      )
    }
    log = TokenLog(
      name: name, promptNames: collector.names, responses: collector.responses,
      vocabulary: collector.vocabulary, responsesWithoutTokens: collector.withoutTokens)
  }
}

/// Gathers the responses of a log until they hold as many tokens as may be kept.
private final class Collector {
  let vocabulary: Int?
  let mostTokens: Int
  var names: [String] = []
  var responses: [TokenLog.Response] = []
  var rollouts = 0
  var tokens = 0
  var withoutTokens = 0
  /// Whether some rollout has log-probabilities, whatever else it lacks.
  var hasLogProbabilities = false
  var isFull = false
  private var places: [Place: Int] = [:]

  private struct Place: Hashable {
    var prompt: String
    var step: Int
  }

  init(vocabulary: Int?, mostTokens: Int) {
    self.vocabulary = vocabulary
    self.mostTokens = mostTokens
  }

  func add(_ record: RolloutRecord) throws(RecordRejection) {
    guard case .rollout(let rollout) = record else { return }
    rollouts += 1
    if rollout.tokens?.logProbabilities != nil { hasLogProbabilities = true }
    guard let arrays = rollout.tokens, let logProbabilities = arrays.logProbabilities,
      let entropies = arrays.entropies
    else {
      withoutTokens += 1
      return
    }
    if let vocabulary { try EntropyLimit(vocabulary: vocabulary).check(entropies) }
    if let vocabulary, let token = arrays.tokens?.first(where: { $0 >= vocabulary }) {
      throw RecordRejection(
        field: "token_ids", reason: "there is no token \(token) in a vocabulary of \(vocabulary)")
    }
    guard tokens + logProbabilities.count <= mostTokens else {
      isFull = true
      return
    }
    tokens += logProbabilities.count
    responses.append(
      TokenLog.Response(
        prompt: place(rollout), reward: rollout.reward, tokens: arrays.tokens,
        logProbabilities: logProbabilities, entropies: entropies, sumsOfSquares: arrays.sumsOfSquares,
        scoreSquaredNorm: rollout.scoreSquaredNorm))
  }

  private func place(_ rollout: Rollout) -> Int {
    let place = Place(prompt: rollout.prompt, step: rollout.step)
    if let known = places[place] { return known }
    places[place] = names.count
    names.append(rollout.step == 0 ? rollout.prompt : "\(rollout.prompt) at step \(rollout.step)")
    return names.count - 1
  }
}

/// The largest entropy that a vocabulary allows, with the slack for logs of single precision.
struct EntropyLimit {
  private let vocabulary: Int
  private let largest: Double

  init(vocabulary: Int) {
    self.vocabulary = vocabulary
    largest = log(Double(vocabulary))
  }

  /// Refuses entropies above log K.
  func check(_ entropies: [Double]) throws(RecordRejection) {
    let slack = RolloutTokens.roundingTolerance
    guard let entropy = entropies.first(where: { $0 > largest * (1 + slack) + slack }) else { return }
    throw RecordRejection(
      field: "entropy",
      reason:
        "the entry \(DecimalText.cell(entropy)) exceeds log K = \(DecimalText.cell(largest)) for a vocabulary of \(vocabulary)"
    )
  }
}
