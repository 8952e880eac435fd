/// Over which tokens the extremes are taken that a factor is relative to.
///
/// The formulas say `H_max`, `H_min` and `max_j Ξ_j` without saying over what; the released code takes the micro-batch, so that a token's factor depends on what else
/// happened to be put beside it. All readings are parameters here.
public enum ModulationScope: String, Sendable, Hashable, CaseIterable {
  /// Tokens chosen in the same state: the same prompt and the same tokens before.
  ///
  /// They share one entropy, so that a range of entropies over a state is a point.
  case state
  /// Tokens at the same place of all responses to a prompt: `max_j` at fixed t.
  case position
  /// The tokens of one response.
  case sequence
  /// The tokens of all responses to one prompt.
  case group
  /// All tokens that are processed together, as the released code has it.
  case microBatch = "micro-batch"
}
