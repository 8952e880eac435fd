/// `RootJeffreysAllocation` as a batch allocator.
public struct RootJeffreysAllocator: BatchAllocator {
  /// No settings.
  public init() {}

  public func rollouts(_ prompts: [PromptRecord], budget: Int, bounds: AllocationBounds)
    throws(AllocationError) -> [Int]
  {
    try RootJeffreysAllocation.rollouts(prompts.map(\.statistics), budget: budget, bounds: bounds)
  }
}
