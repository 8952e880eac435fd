/// One problem of a task file.
public struct TaskRecord: Sendable, Hashable {
  /// What the model is given.
  public var prompt: String
  /// What responses are verified against.
  public var answer: String
  /// A worked response; nil where the file has none.
  public var solution: String?
  /// The evaluation split; nil where the file names none.
  public var split: String?
  /// The kind and difficulty; nil where the file names none.
  public var tier: String?
  /// The line that the problem stands on, from 1.
  public var line: Int

  /// Collects the fields.
  public init(
    prompt: String, answer: String, solution: String? = nil, split: String? = nil, tier: String? = nil,
    line: Int
  ) {
    self.prompt = prompt
    self.answer = answer
    self.solution = solution
    self.split = split
    self.tier = tier
    self.line = line
  }
}
