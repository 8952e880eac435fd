/// Prompts with their responses as the model reads them in an update, and which rows predict the response tokens.
///
/// A sequence is the prompt and all response tokens but the last; the row of each token before a response token is scored.
public struct ScoredSequences: Sendable, Hashable {
  /// The sequences.
  public private(set) var sequences = PackedSequences()
  /// The rows whose next token is predicted, sequence by sequence.
  public private(set) var scored: [Int32] = []
  /// The tokens that they predict.
  public private(set) var actions: [Int32] = []
  /// Where each sequence's scored rows start, and their number at the end.
  public private(set) var starts: [Int] = [0]

  /// No sequence.
  public init() {}

  /// The rollouts of `batch` at the given places.
  ///
  /// With `removesPrompt` nothing is left of a prompt but its first token, the beginning of text: positions count from there.
  public init(_ batch: RolloutBatch, rollouts: some Sequence<Int>, removesPrompt: Bool = false) {
    for rollout in rollouts {
      let prompt = batch.prompts[batch.groups[rollout]]
      append(
        prompt: removesPrompt ? Array(prompt.prefix(1)) : prompt,
        response: batch.tokens[batch.range(rollout)])
    }
  }

  /// Adds a prompt with its response.
  ///
  /// - Precondition: neither is empty.
  public mutating func append(prompt: [Int32], response: ArraySlice<Int32>) {
    precondition(!prompt.isEmpty && !response.isEmpty, "an empty prompt or response")
    let first = sequences.tokenCount + prompt.count - 1
    sequences.append(prompt + response.dropLast())
    for offset in 0..<response.count { scored.append(Int32(first + offset)) }
    actions.append(contentsOf: response)
    starts.append(scored.count)
  }
}
