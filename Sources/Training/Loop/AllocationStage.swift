import Allocation

/// Allocate: how many rollouts each prompt of the step gets.
struct AllocationStage {
  /// The rule and its bounds.
  var method: Method

  /// Rollouts for each of `prompts`; they add up to m·n.
  func counts(_ prompts: [Int], history: PromptHistory, configuration: RunConfiguration)
    throws(TrainingError) -> [Int]
  {
    let statistics = history.statistics(prompts)
    do throws(AllocationError) {
      return try method.allocation.rollouts(
        statistics: statistics, moments: Array(repeating: nil, count: prompts.count),
        budget: prompts.count * configuration.rolloutsPerPrompt,
        bounds: AllocationBounds(
          minimum: configuration.minimumRollouts, maximum: configuration.maximumRollouts))
    } catch {
      throw .invalid(name: "allocation", value: method.allocation.rawValue, allowed: "be possible: \(error)")
    }
  }
}
