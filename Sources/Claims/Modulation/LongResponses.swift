import Estimators
import Policies
import Statistics

/// Prompts with responses of many tokens, whose groups cannot be enumerated.
enum LongResponses {
  /// Shared logits over the specification's length, and logits for every prefix over two tokens less.
  static func shapes(_ specification: ClaimSpecification) -> [(
    parameters: SequencePolicy.Parameters, length: Int
  )] {
    let length = Int(specification.value("long_length"))
    return [(.shared, length), (.perPrefix, length - 2)]
  }

  /// A random prompt: successful where token 0 comes at least a third of the time.
  ///
  /// Prompts that nearly always succeed or fail are drawn again: their groups rarely differ, and what rare groups decide has no normal error.
  static func prompt(
    _ examination: Examination, _ specification: ClaimSpecification, designPoint: Int,
    _ parameters: SequencePolicy.Parameters, length: Int
  ) throws -> TokenPrompt {
    let vocabulary = Int(specification.value("long_vocabulary"))
    var stream = RandomStream(examination.key(designPoint: designPoint))
    let prefixes =
      parameters == .shared ? 1 : Int(SequencePolicy.prefixCount(vocabulary: vocabulary, length: length))
    let success = specification.values("checked_success")
    while true {
      let logits = (0..<prefixes).map { _ in (0..<vocabulary).map { _ in stream.normal() } }
      let policy = try SequencePolicy(
        vocabulary: vocabulary, length: length, parameters: parameters, logits: logits)
      let prompt = try TokenPrompt(policy) { 3 * $0.count { $0 == 0 } >= length ? 1 : 0 }
      if (success[0]...success[1]).contains(prompt.successProbability) { return prompt }
    }
  }

  /// The name in tables.
  static func name(
    _ parameters: SequencePolicy.Parameters, length: Int, _ prompt: TokenPrompt, group: Int
  ) -> String {
    "\(length) tokens, \(parameters.rawValue) logits, K=\(prompt.vocabulary), G=\(group)"
  }
}
