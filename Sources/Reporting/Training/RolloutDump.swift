import Interchange
import Training

/// A step's rollouts in verl's dump format, with the fields that `allot audit` reads besides.
///
/// verl's: `input`, `output`, `gts`, `score`, `step`, `acc`. Ours: `prompt_id`, `rollout`, `reward` (with `score`, the one that the update saw), `correct`, `row` (the prompt whose metadata was used), `terminated`, `tier`,
/// and per token `token_ids`, `logprobs`, `entropy`, `sum_sq_probability`. Under a rollout rule also `prefix` (the part of a former response that `output` goes on from), `replayed` (whether the response is a former step's), `trained` (whether the update read it) and `weight`, which only those have that it read. Then all
/// rollouts that were drawn are there, since those that a rule chose to train on say nothing of a prompt's pass rate; readers of fresh rollouts pass over lines that are replayed or have a prefix.
public enum RolloutDump {
  /// One JSON object a line, rollout by rollout.
  public static func text(_ judged: JudgedRollouts, step: Int, tasks: TaskSet) -> String {
    let batch = judged.batch
    var lines = ""
    var numbers = Array(repeating: 0, count: judged.prompts.count)
    // Under a rule a step may meet a prompt twice, and its rollouts are numbered through.
    var ruledNumbers: [Int: Int] = [:]
    for rollout in 0..<batch.count {
      let group = batch.groups[rollout]
      let place = judged.prompts[group]
      let row = judged.prompts[judged.rows[rollout]]
      var own = Line(
        prompt: place, number: numbers[group], row: row, reward: judged.rewards[rollout],
        isCorrect: judged.isCorrect[rollout])
      numbers[group] += 1
      if let ruled = judged.ruled {
        own.number = ruledNumbers[place, default: 0]
        ruledNumbers[place] = own.number + 1
        own.more = [
          ("prefix", prefix(batch, group, ruled.groups[ruled.sources[group]], tasks)),
          ("replayed", .bool(ruled.isReplayed[rollout])), ("trained", .bool(true)),
          ("weight", .number(ruled.weights[rollout])),
        ]
      }
      lines += text(own, batch, rollout: rollout, step: step, tasks: tasks)
    }
    guard let ruled = judged.ruled else { return lines }
    let rest = ruled.untrained
    for rollout in 0..<rest.batch.count {
      let group = rest.batch.groups[rollout]
      let place = ruled.groups[group].prompt
      let number = ruledNumbers[place, default: 0]
      ruledNumbers[place] = number + 1
      let reward = rest.rewards[rollout]
      let own = Line(
        prompt: place, number: number, row: place, reward: reward, isCorrect: reward > 0,
        more: [
          ("prefix", prefix(rest.batch, group, ruled.groups[group], tasks)), ("replayed", .bool(false)),
          ("trained", .bool(false)),
        ])
      lines += text(own, rest.batch, rollout: rollout, step: step, tasks: tasks)
    }
    return lines
  }

  /// What a line says beside what the batch holds.
  private struct Line {
    var prompt: Int
    var number: Int
    var row: Int
    var reward: Double
    var isCorrect: Bool
    var more: [(String, JSONValue)] = []
  }

  private static func text(_ own: Line, _ batch: RolloutBatch, rollout: Int, step: Int, tasks: TaskSet)
    -> String
  {
    let problem = tasks.pool[own.prompt]
    let range = batch.range(rollout)
    func array(_ values: ArraySlice<Float>) -> JSONValue { .array(values.map { .number(Double($0)) }) }
    let fields: [(String, JSONValue)] =
      [
        ("input", .string(problem.prompt)), ("output", .string(tasks.vocabulary.decode(batch.tokens[range]))),
        ("gts", .string(tasks.pool[own.row].answer)), ("score", .number(own.reward)),
        ("step", .integer(step)), ("acc", .bool(own.reward > 0)),
        ("prompt_id", .string(identifier(own.prompt))), ("rollout", .integer(own.number)),
        ("reward", .number(own.reward)), ("correct", .bool(own.isCorrect)),
        ("row", .string(identifier(own.row))), ("terminated", .bool(batch.isTerminated[rollout])),
        ("tier", .string(problem.tier)), ("token_ids", .array(batch.tokens[range].map { .integer(Int($0)) })),
        ("logprobs", array(batch.logProbabilities[range])), ("entropy", array(batch.entropies[range])),
        ("sum_sq_probability", array(batch.sumsOfSquares[range])),
      ] + own.more
    return JSONValue.object(fields).text(pretty: false) + "\n"
  }

  /// The part of a former response that the rollouts of a group go on from.
  private static func prefix(_ batch: RolloutBatch, _ group: Int, _ drawn: DrawnGroup, _ tasks: TaskSet)
    -> JSONValue
  {
    .string(tasks.vocabulary.decode(batch.prompts[group].suffix(drawn.replayedTokens)))
  }

  /// The score vectors' inner products, prompt by prompt, as `allot audit` reads them.
  public static func text(_ scores: [PromptScores], step: Int, tasks: TaskSet) -> String {
    var lines = ""
    for prompt in scores {
      let width = (prompt.response.max() ?? -1) + 1
      let rows = (0..<width).map { row in
        JSONValue.array(prompt.gram[row * width..<(row + 1) * width].map { .number($0) })
      }
      let entry = JSONValue.object([
        ("prompt_id", .string(identifier(prompt.prompt))), ("step", .integer(step)),
        ("prompt", .string(tasks.pool[prompt.prompt].prompt)),
        ("tier", .string(tasks.pool[prompt.prompt].tier)),
        ("rewards", .array(prompt.rewards.map { .number($0) })),
        ("response", .array(prompt.response.map { .integer($0) })), ("gram", .array(rows)),
      ])
      lines += entry.text(pretty: false) + "\n"
    }
    return lines
  }

  /// A prompt's name in dumps: its place in the pool.
  public static func identifier(_ place: Int) -> String { "p\(place)" }
}
