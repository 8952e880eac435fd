import Statistics

/// What the workers of one call read.
struct SamplerBatch {
  /// Tokens of each prompt.
  var lengths: [Int]
  /// The first rollout of each prompt, and the number of rollouts at the end.
  var firsts: [Int]
  /// The prompt of each rollout.
  var groups: [Int]
  /// The place of each prompt in the current wave.
  var places: [Int]
  /// The stream of each prompt.
  var keys: [StreamKey]
  /// Rollouts of each prompt that were drawn before; nil for none.
  var earlier: [Int]?
  /// The longest response to each prompt; nil for what the settings say.
  var limits: [Int]?
  /// How tokens are drawn.
  var settings: SamplingSettings
  /// The caches of the current wave.
  var prompts: SamplerPrompts
}
