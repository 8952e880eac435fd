import Statistics

/// A distribution of prompts: difficulty, number of actions, length and concentration.
public struct PromptPopulation: Sendable {
  /// The name used in tables and on the command line.
  public let name: String
  /// What is drawn, in one sentence.
  public let summary: String
  private let drawPrompt: @Sendable (inout RandomStream) throws(PolicyError) -> Prompt

  init(
    _ name: String, _ summary: String,
    _ drawPrompt: @escaping @Sendable (inout RandomStream) throws(PolicyError) -> Prompt
  ) {
    self.name = name
    self.summary = summary
    self.drawPrompt = drawPrompt
  }

  /// The prompt that a stream draws.
  public func draw(_ stream: inout RandomStream) throws(PolicyError) -> Prompt { try drawPrompt(&stream) }

  /// The first `count` prompts of the population under `key`, prompt i from replicate i.
  public func prompts(_ count: Int, key: StreamKey) throws(PolicyError) -> [Prompt] {
    var prompts: [Prompt] = []
    prompts.reserveCapacity(count)
    for index in 0..<count {
      var stream = RandomStream(key.replicate(index))
      prompts.append(try draw(&stream))
    }
    return prompts
  }

  /// The population named `name`, if there is one.
  public static func named(_ name: String) -> PromptPopulation? { all.first { $0.name == name } }
}
