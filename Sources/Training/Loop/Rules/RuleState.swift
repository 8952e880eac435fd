import Allocation
import Foundation

/// What a run with a rollout rule carries from step to step: the rule with its memory, what is known of each prompt, and how far the passes over the pool have come.
public struct RuleState: Sendable {
  /// The rule.
  public var rule: RolloutRule
  /// Where the passes over the pool stand.
  public var cursor = PromptCursor()
  /// What is remembered of each prompt.
  public var prompts: [PromptMemory]
  /// The lengths by which rollouts are given up; nil where none is.
  public var landmarks: StopLandmarks?

  /// A rule at the beginning of a run on so many prompts, with responses of at most `maximumLength` tokens.
  public init(rule: RolloutRule, promptCount: Int, maximumLength: Int) {
    self.rule = rule
    landmarks = rule.abort.map { _ in StopLandmarks(maximumLength: maximumLength) }
    prompts = Array(repeating: PromptMemory(), count: promptCount)
  }

  /// The parts as a checkpoint holds them.
  private struct Document: Codable {
    var name: String
    var selector: Data
    var sampler: Data
    var starter: Data
    var landmarks: StopLandmarks?
    var cursor: PromptCursor
    var prompts: [PromptMemory]
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    // One state, one text: without sorting, two equal states could differ.
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  /// The state as bytes; equal states have equal ones.
  public var encoded: Data {
    func bytes(_ part: some Encodable) -> Data {
      do { return try Self.encoder.encode(part) } catch {
        preconditionFailure("a part of the rule '\(rule.name)' cannot be written down: \(error)")
      }
    }
    return bytes(
      Document(
        name: rule.name, selector: bytes(rule.selector), sampler: bytes(rule.sampler),
        starter: bytes(rule.starter), landmarks: landmarks, cursor: cursor, prompts: prompts))
  }

  /// The state that `encoded` was made from; this one is of the same rule on the same prompts, at whatever point.
  ///
  /// Throws `invalid` where the bytes are no such state.
  public func restored(_ encoded: Data) throws(TrainingError) -> RuleState {
    func part<Part: Decodable>(like: Part, _ bytes: Data) throws -> Part {
      try Self.decoder.decode(Part.self, from: bytes)
    }
    let found: String
    do {
      let document = try Self.decoder.decode(Document.self, from: encoded)
      if document.name == rule.name, document.prompts.count == prompts.count,
        (document.landmarks == nil) == (landmarks == nil)
      {
        var state = self
        state.rule.selector = try part(like: rule.selector, document.selector)
        state.rule.sampler = try part(like: rule.sampler, document.sampler)
        state.rule.starter = try part(like: rule.starter, document.starter)
        state.landmarks = document.landmarks
        state.cursor = document.cursor
        state.prompts = document.prompts
        return state
      }
      found = "that of '\(document.name)' on \(document.prompts.count) prompts"
    } catch { found = "unreadable (\(error))" }
    throw .invalid(
      name: "the state of the rollout rule", value: found,
      allowed: "be that of '\(rule.name)' on \(prompts.count) prompts")
  }
}

extension RuleState: Hashable {
  /// Whether the two are the same rule with the same memory.
  public static func == (first: RuleState, second: RuleState) -> Bool { first.encoded == second.encoded }
  /// Hashes the bytes of the state.
  public func hash(into hasher: inout Hasher) { hasher.combine(encoded) }
}
