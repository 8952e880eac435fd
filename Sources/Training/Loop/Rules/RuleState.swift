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
  /// Groups of former steps that have not been trained on, the oldest first.
  public var waiting: [WaitingGroup] = []
  /// What the last step that drew anything drew.
  public var lastDraw = Draw()
  /// The lengths by which rollouts are given up; nil where none is.
  public var landmarks: StopLandmarks?
  /// The longest response.
  let maximumLength: Int

  /// A rule at the beginning of a run on so many prompts, with responses of at most `maximumLength` tokens.
  public init(rule: RolloutRule, promptCount: Int, maximumLength: Int) {
    self.rule = rule
    self.maximumLength = maximumLength
    landmarks = rule.abort.map { _ in StopLandmarks(maximumLength: maximumLength) }
    prompts = Array(repeating: PromptMemory(), count: promptCount)
  }

  /// The size of a step's draw.
  public struct Draw: Sendable, Codable, Hashable {
    /// Rollouts.
    public var rollouts = 0
    /// Response tokens.
    public var tokens = 0
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
    /// Nothing where nothing waits.
    var waiting: [WaitingGroup]?
    var lastDraw: Draw?
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
        starter: bytes(rule.starter), landmarks: landmarks, cursor: cursor, prompts: prompts,
        waiting: waiting.isEmpty ? nil : waiting, lastDraw: waiting.isEmpty ? nil : lastDraw))
  }

  /// The state that `encoded` was made from; this one is of the same rule on the same prompts, at whatever point.
  ///
  /// Settings are this rule's, whatever the bytes say; what it has learnt is taken from them where it is possible for this pool, a vocabulary of `vocabularySize` tokens and as many features of a prompt. Throws `invalid` where the bytes are no such state.
  public func restored(_ encoded: Data, vocabularySize: Int? = nil) throws(TrainingError) -> RuleState {
    func refused(_ found: String) -> TrainingError {
      .invalid(
        name: "the state of the rollout rule", value: found,
        allowed: "be that of '\(rule.name)' on \(prompts.count) prompts")
    }
    let pool = PoolShape(promptCount: prompts.count, featureCount: vocabularySize)
    func decoded<Part: Decodable>(_ type: Part.Type, _ bytes: Data) throws(TrainingError) -> Part {
      do { return try Self.decoder.decode(type, from: bytes) } catch {
        throw refused("unreadable (\(error))")
      }
    }
    func selector<Part: PromptSelector>(_ own: Part, _ bytes: Data) throws(TrainingError) -> Part? {
      own.remembering(try decoded(Part.self, bytes), pool: pool)
    }
    func sampler<Part: SequentialSampler>(_ own: Part, _ bytes: Data) throws(TrainingError) -> Part? {
      own.remembering(try decoded(Part.self, bytes), pool: pool)
    }
    func starter<Part: TrajectoryStarter>(_ own: Part, _ bytes: Data) throws(TrainingError) -> Part? {
      own.remembering(try decoded(Part.self, bytes), pool: pool)
    }
    let document = try decoded(Document.self, encoded)
    guard document.name == rule.name, document.prompts.count == prompts.count,
      (document.landmarks == nil) == (landmarks == nil)
    else { throw refused("that of '\(document.name)' on \(document.prompts.count) prompts") }
    guard document.cursor.isSound(poolSize: prompts.count) else {
      throw refused("at place \(document.cursor.place) of pass \(document.cursor.pass)")
    }
    let size = vocabularySize ?? .max
    for (place, memory) in document.prompts.enumerated() {
      guard memory.isSound(maximumLength: maximumLength, vocabularySize: size) else {
        throw refused("impossible in what it remembers of prompt \(place)")
      }
    }
    let waiting = document.waiting ?? []
    for group in waiting
    where !rule.sampler.keepsSurplus
      || !group.isSound(promptCount: prompts.count, maximumLength: maximumLength, vocabularySize: size)
      || rule.sampler.training([group.staged], count: 1).count != 1
    {
      throw refused("impossible in the groups that wait")
    }
    // Without groups that wait nobody asks.
    let lastDraw = document.lastDraw ?? Draw()
    guard (0...1 << 52).contains(lastDraw.rollouts), (0...1 << 52).contains(lastDraw.tokens),
      (document.lastDraw == nil) == waiting.isEmpty
    else { throw refused("impossible in its last draw") }
    var state = self
    if let landmarks, let past = document.landmarks {
      guard let joined = landmarks.remembering(past, maximumLength: maximumLength) else {
        throw refused("impossible in its lengths")
      }
      state.landmarks = joined
    }
    guard let selector = try selector(rule.selector, document.selector) else {
      throw refused("impossible in its selector")
    }
    guard let sampler = try sampler(rule.sampler, document.sampler) else {
      throw refused("impossible in its sampler")
    }
    guard let starter = try starter(rule.starter, document.starter) else {
      throw refused("impossible in its starter")
    }
    state.rule.selector = selector
    state.rule.sampler = sampler
    state.rule.starter = starter
    state.cursor = document.cursor
    state.prompts = document.prompts
    state.waiting = waiting
    state.lastDraw = lastDraw
    // Of rules that check nothing themselves too.
    for prompt in state.rule.starter.carriedOver() where !prompts.indices.contains(prompt) {
      throw refused("to take prompt \(prompt) again")
    }
    return state
  }
}

extension RuleState: Hashable {
  /// Whether the two are the same rule with the same memory.
  public static func == (first: RuleState, second: RuleState) -> Bool { first.encoded == second.encoded }
  /// Hashes the bytes of the state.
  public func hash(into hasher: inout Hasher) { hasher.combine(encoded) }
}
