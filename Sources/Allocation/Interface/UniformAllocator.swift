/// `UniformAllocation` as a batch allocator.
public struct UniformAllocator: BatchAllocator {
  /// No settings.
  public init() {}

  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    try UniformAllocation.rollouts(promptCount: prompts.count, budget: budget, bounds: bounds)
  }
}
