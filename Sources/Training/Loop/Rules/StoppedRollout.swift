import Allocation
import Statistics

/// What an early-abort rule makes of one rollout that was drawn to its end.
///
/// A rollout is cut where the rule would have given it up; since it has a stream of its own, its tokens before that are those that it would have had.
struct StoppedRollout {
  /// The tokens that are left.
  var length: Int
  /// Whether it was given up.
  var isAborted: Bool
  /// Its inverse-probability weight.
  var weight: Double
}

extension EarlyAbort {
  /// The rollout as this rule leaves it; `stream` decides whether it goes on when it is flagged.
  func stopped(_ batch: RolloutBatch, rollout: Int, stream: inout RandomStream) -> StoppedRollout {
    let length = batch.range(rollout).count
    return StoppedRollout(length: length, isAborted: false, weight: 1)
  }
}
