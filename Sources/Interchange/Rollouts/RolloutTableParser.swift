/// Turns the records of a CSV file into records of an audit, told apart by the columns of the header.
///
/// | columns | record |
/// |---|---|
/// | `prompt_id`, `reward`, `rollout`?, `step`?, `score_sqnorm`? | a rollout |
/// | `prompt_id`, `kind`?, `samples`+`successes`?, `screen_samples`+`screen_successes`? | a prompt's counts |
struct RolloutTableParser {
  private let reader: CSVReader
  private let rule: SuccessRule
  private let prompt: Int
  private let reward: Int?

  init(_ reader: CSVReader, rule: SuccessRule) throws(InterchangeError) {
    self.reader = reader
    self.rule = rule
    guard let prompt = reader.index(of: "prompt_id") else {
      throw .unrecognised(
        file: reader.name, reason: "the file is neither JSON lines nor CSV with a column 'prompt_id'")
    }
    self.prompt = prompt
    reward = reader.index(of: "reward")
    let isCounts = [("samples", "successes"), ("screen_samples", "screen_successes")].contains {
      samples, successes in
      reader.index(of: samples) != nil && reader.index(of: successes) != nil
    }
    guard reward != nil || isCounts else {
      throw .unrecognised(
        file: reader.name,
        reason:
          "the header has neither a column 'reward' nor 'samples,successes' nor 'screen_samples,screen_successes'"
      )
    }
  }

  /// The next record; nil at the end.
  func next() throws(InterchangeError) -> RolloutRecord? {
    guard let cells = try reader.next() else { return nil }
    guard !cells[prompt].isEmpty else { throw damaged("prompt_id", "it is empty") }
    guard let reward else { return .counts(try counts(cells)) }
    guard let value = DecimalText.parse(cells[reward]) else {
      throw damaged("reward", "'\(Self.shortened(cells[reward]))' is not a finite decimal number")
    }
    guard let success = rule.succeeded(value) else {
      throw rule.error(file: reader.name, line: reader.lineNumber, field: "reward", reward: value)
    }
    var rollout = Rollout(prompt: cells[prompt], succeeded: success, reward: value)
    rollout.step = try integer("step", cells) ?? 0
    rollout.index = try integer("rollout", cells)
    if let index = rollout.index, index < 0 { throw damaged("rollout", "it is negative") }
    if let column = reader.index(of: "score_sqnorm"), !cells[column].isEmpty {
      guard let norm = DecimalText.parse(cells[column]), norm >= 0 else {
        throw damaged(
          "score_sqnorm", "'\(Self.shortened(cells[column]))' is not a number that is zero or more")
      }
      rollout.scoreSquaredNorm = norm
    }
    return .rollout(rollout)
  }

  private func counts(_ cells: [String]) throws(InterchangeError) -> PromptCounts {
    var counts = PromptCounts(prompt: cells[prompt])
    if let column = reader.index(of: "kind") { counts.kind = cells[column] }
    (counts.samples, counts.successes) = try pair("samples", "successes", cells)
    (counts.screenSamples, counts.screenSuccesses) = try pair("screen_samples", "screen_successes", cells)
    return counts
  }

  private func pair(_ samples: String, _ successes: String, _ cells: [String]) throws(InterchangeError) -> (
    Int?, Int?
  ) {
    guard let n = try integer(samples, cells), let k = try integer(successes, cells) else {
      return (nil, nil)
    }
    guard n >= 0 else { throw damaged(samples, "it is negative") }
    // So that the sum of many stays a number.
    guard n <= 1_000_000_000_000 else { throw damaged(samples, "\(n) is more than 10¹² rollouts") }
    guard (0...n).contains(k) else { throw damaged(successes, "\(k) does not lie in 0...\(n)") }
    return (n, k)
  }

  private func integer(_ name: String, _ cells: [String]) throws(InterchangeError) -> Int? {
    guard let column = reader.index(of: name), !cells[column].isEmpty else { return nil }
    guard let value = Int(cells[column]) else {
      throw damaged(name, "'\(Self.shortened(cells[column]))' is not an integer")
    }
    return value
  }

  private func damaged(_ field: String, _ reason: String) -> InterchangeError {
    .damaged(file: reader.name, line: reader.lineNumber, field: field, reason: reason)
  }

  /// A cell as messages quote it: a hostile one may be megabytes long.
  static func shortened(_ cell: String) -> String { cell.count <= 40 ? cell : cell.prefix(40) + "…" }
}
