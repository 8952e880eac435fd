import CSimdJSON

/// Turns one line of JSON into a record, told apart by its fields.
///
/// | fields | record |
/// |---|---|
/// | `gram`, `rewards`, `prompt_id`, `response`? | a prompt's rollouts with their Gram matrix |
/// | `prompt_id`, `reward`, `rollout`?, `step`?, `score_sqnorm`?, arrays of `RolloutTokens`? | a rollout |
/// | `score` or `acc`, and `uid` or `input`, `step`?, arrays of `RolloutTokens`? | a rollout of verl's dump |
///
/// verl's dump has no group id. Its sync trainer writes a `uid` of the form group_session_output, whose last two parts are taken off;
/// its classic trainer writes none, and the prompt text `input` stands in for it. `acc`, the correctness of the answer, is preferred to
/// `score`, which may hold penalties or −1 for a wrong answer.
///
/// A line with `replayed` set, or with `replayed` and a `prefix` that is not empty, is no fresh rollout: a response of a former step, or one that went on from a part of one. It is well-formed and no record.
/// A `prefix` without `replayed` is some other program's and means nothing here.
struct RolloutLineParser {
  private enum Field: Int, CaseIterable {
    case promptID, rollout, reward, scoreSquaredNorm, step, uid, input, score, accuracy, rewards, response,
      gram, replayed, prefix

    var name: JSONFieldReader.Name {
      switch self {
      case .promptID: .init(name: "prompt_id")
      case .rollout: .init(name: "rollout")
      case .reward: .init(name: "reward")
      case .scoreSquaredNorm: .init(name: "score_sqnorm")
      case .step: .init(name: "step")
      case .uid: .init(name: "uid")
      case .input: .init(name: "input")
      case .score: .init(name: "score")
      case .accuracy: .init(name: "acc")
      case .rewards: .init(name: "rewards", readsNumbers: true)
      case .response: .init(name: "response", readsNumbers: true)
      case .gram: .init(name: "gram", readsNumbers: true)
      case .replayed: .init(name: "replayed")
      case .prefix: .init(name: "prefix")
      }
    }
  }

  private let reader: JSONFieldReader
  private let rule: SuccessRule
  private let file: String
  private let readsTokens: Bool

  /// A parser; one that does not read tokens passes over the fields of `RolloutTokens` unconverted.
  init(file: String, rule: SuccessRule, readsTokens: Bool = false) throws(InterchangeError) {
    let names = Field.allCases.map(\.name) + (readsTokens ? TokenFields.readerNames : [])
    guard let reader = JSONFieldReader(names) else {
      throw .unreadable(file: file, reason: "there is no memory for the parser")
    }
    self.reader = reader
    self.rule = rule
    self.file = file
    self.readsTokens = readsTokens
  }

  /// The record of a line; nil for a rollout that is not fresh.
  func record(_ text: UnsafeRawBufferPointer, line: Int) throws(InterchangeError) -> RolloutRecord? {
    if let failure = reader.read(text) {
      throw .damaged(file: file, line: line, field: failure.field, reason: failure.reason)
    }
    if self[.gram].isPresent { return .gram(try gram(line)) }
    if try !isFresh(line) { return nil }
    if self[.promptID].isPresent { return .rollout(try rollout(line)) }
    if self[.uid].isPresent || self[.input].isPresent { return .rollout(try rolloutOfVerl(line)) }
    throw .damaged(
      file: file, line: line, field: nil,
      reason: "the line has neither 'prompt_id' nor verl's 'uid' or 'input', so its prompt is unknown")
  }

  private func isFresh(_ line: Int) throws(InterchangeError) -> Bool {
    guard self[.replayed].isPresent else { return true }
    switch self[.replayed].token.kind {
    case csimdjson_true: return false
    case csimdjson_false: break
    default: throw wrong(.replayed, line, "it must be true or false")
    }
    guard self[.prefix].isPresent else { return true }
    guard let prefix = self[.prefix].string else { throw wrong(.prefix, line, "it must be a string") }
    return prefix.isEmpty
  }

  private subscript(_ field: Field) -> csimdjson_field { reader.fields[field.rawValue] }

  private func rollout(_ line: Int) throws(InterchangeError) -> Rollout {
    var norm: Double?
    if self[.scoreSquaredNorm].isPresent {
      guard self[.scoreSquaredNorm].token.kind != csimdjson_true,
        self[.scoreSquaredNorm].token.kind != csimdjson_false,
        let value = self[.scoreSquaredNorm].number, value >= 0
      else { throw wrong(.scoreSquaredNorm, line, "it must be a number that is not negative") }
      norm = value
    }
    let (reward, success) = try reward(.reward, line)
    return Rollout(
      prompt: try prompt(line), step: try step(line), index: try index(line), succeeded: success,
      reward: reward, scoreSquaredNorm: norm, tokens: try tokens(line))
  }

  private func tokens(_ line: Int) throws(InterchangeError) -> RolloutTokens? {
    guard readsTokens else { return nil }
    do throws(TokenFields.Failure) {
      return try TokenFields.tokens(reader.fields[Field.allCases.count...])
    } catch {
      throw .damaged(file: file, line: line, field: error.field, reason: error.reason)
    }
  }

  private func rolloutOfVerl(_ line: Int) throws(InterchangeError) -> Rollout {
    let name: String
    if self[.uid].isPresent {
      guard let uid = self[.uid].string else { throw wrong(.uid, line, "it must be a string") }
      name = Self.group(ofUID: uid)
    } else {
      guard let input = self[.input].string else { throw wrong(.input, line, "it must be a string") }
      name = input
    }
    let (reward, success) = try reward(self[.accuracy].isPresent ? .accuracy : .score, line)
    return Rollout(
      prompt: name, step: try step(line), succeeded: success, reward: reward, tokens: try tokens(line))
  }

  /// The group of verl's `{uid}_{session}_{output}`: the part before the last two numbers; the whole text where it has no such end.
  static func group(ofUID uid: String) -> String {
    let parts = uid.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count >= 3,
      parts.suffix(2).allSatisfy({ part in
        !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
      })
    else {
      return uid
    }
    return parts.dropLast(2).joined(separator: "_")
  }

  private func gram(_ line: Int) throws(InterchangeError) -> GramRecord {
    guard let rewards = self[.rewards].values, self[.rewards].row_count == 0, !rewards.isEmpty else {
      throw wrong(.rewards, line, "it must be an array of numbers, one for each rollout")
    }
    var succeeded: [Bool] = []
    for reward in rewards {
      guard let success = rule.succeeded(reward) else {
        throw rule.error(file: file, line: line, field: "rewards", reward: reward)
      }
      succeeded.append(success)
    }
    let size = self[.gram].row_count
    guard let gram = self[.gram].values, size > 0, self[.gram].row_length == size else {
      throw wrong(.gram, line, "it must be a square matrix, an array of equally long arrays of numbers")
    }
    try checkSymmetry(gram, size, line)
    return GramRecord(
      prompt: try prompt(line), step: try step(line), succeeded: succeeded,
      response: try responses(count: rewards.count, distinct: size, line), distinctCount: size,
      gram: Array(gram))
  }

  /// Without `response` every rollout is a response of its own.
  private func responses(count: Int, distinct: Int, _ line: Int) throws(InterchangeError) -> [Int] {
    guard self[.response].isPresent else {
      guard count == distinct else {
        throw wrong(.response, line, "it is missing and 'gram' has \(distinct) rows for \(count) rewards")
      }
      return Array(0..<count)
    }
    guard let values = self[.response].values, self[.response].row_count == 0, values.count == count else {
      throw wrong(.response, line, "it must be an array with one index for each of the \(count) rewards")
    }
    var indices: [Int] = []
    for value in values {
      guard let index = Int(exactly: value), (0..<distinct).contains(index) else {
        throw wrong(
          .response, line, "the index \(DecimalText.cell(value)) must be an integer in 0..<\(distinct)")
      }
      indices.append(index)
    }
    return indices
  }

  /// Inner products are symmetric and squared norms are not negative; the slack is that of values printed with four digits or more.
  private func checkSymmetry(_ gram: UnsafeBufferPointer<Double>, _ size: Int, _ line: Int)
    throws(InterchangeError)
  {
    for row in 0..<size {
      guard gram[row * size + row] >= 0 else {
        throw wrong(.gram, line, "the diagonal entry \(row) is negative")
      }
      for column in 0..<row {
        let scale = (gram[row * size + row] * gram[column * size + column]).squareRoot()
        let difference = abs(gram[row * size + column] - gram[column * size + row])
        guard difference <= 1e-4 * scale, abs(gram[row * size + column]) <= 1.001 * scale else {
          throw wrong(
            .gram, line,
            "the entries (\(row), \(column)) and (\(column), \(row)) are no inner product: unequal, or above the norms' product"
          )
        }
      }
    }
  }

  private func prompt(_ line: Int) throws(InterchangeError) -> String {
    if let name = self[.promptID].string { return name }
    if self[.promptID].token.kind == csimdjson_integer { return String(self[.promptID].token.integer) }
    throw wrong(.promptID, line, "it must be a string or an integer")
  }

  private func step(_ line: Int) throws(InterchangeError) -> Int {
    guard self[.step].isPresent else { return 0 }
    guard let step = self[.step].integer else { throw wrong(.step, line, "it must be an integer") }
    return step
  }

  private func index(_ line: Int) throws(InterchangeError) -> Int? {
    guard self[.rollout].isPresent else { return nil }
    guard let index = self[.rollout].integer, index >= 0 else {
      throw wrong(.rollout, line, "it must be an integer that is not negative")
    }
    return index
  }

  private func reward(_ field: Field, _ line: Int) throws(InterchangeError) -> (Double, Bool) {
    guard self[field].isPresent else { throw wrong(field, line, "it is missing") }
    guard let reward = self[field].number else {
      throw wrong(field, line, "it must be a number, true or false")
    }
    guard let success = rule.succeeded(reward) else {
      throw rule.error(file: file, line: line, field: field.name.name, reward: reward)
    }
    return (reward, success)
  }

  private func wrong(_ field: Field, _ line: Int, _ reason: String) -> InterchangeError {
    .damaged(file: file, line: line, field: field.name.name, reason: reason)
  }
}
