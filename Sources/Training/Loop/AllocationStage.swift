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
      return try method.rollouts(
        statistics: statistics, budget: prompts.count * configuration.rolloutsPerPrompt)
    } catch {
      throw .invalid(name: "allocation", value: method.allocation.rawValue, allowed: "be possible: \(error)")
    }
  }
}
