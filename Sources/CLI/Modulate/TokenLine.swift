/// One line of the input of `allot modulate`: one token, or one rollout with arrays.
struct TokenLine {
  /// The response's name; a rollout with arrays and without a name is a response of its own.
  var sequence: String
  var group: String?
  var isArray: Bool
  var tokens: [TokenTable.Token]
  var positions: [Int]
  var states: [String]?

  /// What tells the response from others.
  var key: TokenTable.SequenceKey { TokenTable.SequenceKey(group: group, name: sequence) }
}

/// The fields of a line of tokens.
enum TokenField: Int, CaseIterable {
  case sequence, group, promptID, position, state, mask, token, probability, logProbability, entropy,
    advantage, ratio, oldLogProbability, probabilities, sumOfSquares

  /// The field's names, the preferred one first; the second is the one of rollout logs.
  var names: [String] {
    switch self {
    case .sequence: ["sequence"]
    case .group: ["group"]
    case .promptID: ["prompt_id"]
    case .position: ["position"]
    case .state: ["state"]
    case .mask: ["mask"]
    case .token: ["token", "token_ids"]
    case .probability: ["probability"]
    case .logProbability: ["logprob", "logprobs"]
    case .entropy: ["entropy"]
    case .advantage: ["advantage"]
    case .ratio: ["ratio"]
    case .oldLogProbability: ["old_logprob", "old_logprobs"]
    case .probabilities: ["probabilities"]
    case .sumOfSquares: ["sum_sq_probability"]
    }
  }
}

/// The fields that `allot modulate` adds, in their order.
enum AddedField: String, CaseIterable {
  case compensation, stabilisation, factor
  case modulatedAdvantage = "modulated_advantage"
  case entropyChangeExact = "entropy_change_exact"
  case entropyChangeReleased = "entropy_change_released"
  case squaredScoreNorm = "score_norm_sq"
  case scoreNormLower = "score_norm_lower"
  case scoreNormUpper = "score_norm_upper"
}
