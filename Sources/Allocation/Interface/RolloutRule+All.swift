extension RolloutRule {
  /// The names of the rules, in reading order.
  public static let names = ["uniform", "root-jeffreys"]

  /// The rule of this name for `each` rollouts of a prompt; nil for an unknown one.
  public static func named(_ name: String, each: Int) -> RolloutRule? {
    switch name {
    case "uniform": RolloutRule(name, allocator: UniformAllocator(), bounds: AllocationBounds.none)
    case "root-jeffreys": RolloutRule(name, allocator: RootJeffreysAllocator())
    default: nil
    }
  }
}
