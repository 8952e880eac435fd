extension Method {
  /// DynaMO as published: n ∝ P̂ within bounds, brought up to date every step; GRPO's advantages times β_comp β_stab with exact entropy changes; prompts equal, which is what its theory speaks of.
  ///
  /// - Source: `dynamo2026`, README formulas.
  public static let dynamo = Method(
    name: "dynamo", advantage: .grpo, tokenRule: TokenRule(.modulationPublished),
    surrogate: Surrogate(dual: 10), allocation: .proportional)

  /// The published allocation without the modulation.
  public static let dynamoAllocationOnly = dynamo.with("dynamo-allocation-only") { $0.tokenRule = .none }

  /// The published modulation without the allocation.
  public static let dynamoModulationOnly = dynamo.with("dynamo-modulation-only") { $0.allocation = .uniform }
}
