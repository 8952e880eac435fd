/// A question whose answer can be verified.
public struct Problem: Sendable, Hashable {
  /// What the model is given.
  public var prompt: String
  /// What the response is verified against.
  public var answer: String
  /// A response that a verifier accepts, with its intermediate steps where the problem has any; what a warm-up teaches.
  public var solution: String
  /// The kind and difficulty, such as `addition-2`.
  public var tier: String
  /// The evaluation split that the problem belongs to; nil for a training problem.
  public var split: String?

  /// A problem; without a worked response the answer is its own.
  public init(prompt: String, answer: String, solution: String? = nil, tier: String, split: String? = nil) {
    self.prompt = prompt
    self.answer = answer
    self.solution = solution ?? answer
    self.tier = tier
    self.split = split
  }
}
