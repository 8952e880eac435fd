import Interchange
import Training

/// A step's rollouts in verl's dump format, with the fields that `allot audit` reads besides.
///
/// verl's: `input`, `output`, `gts`, `score`, `step`, `acc`. Ours: `prompt_id`, `rollout`, `reward` (with `score`, the one that the update saw), `correct`, `row` (the prompt whose metadata was used), `terminated`, `tier`,
/// and per token `token_ids`, `logprobs`, `entropy`, `sum_sq_probability`. Under a rollout rule also `prefix` (the part of a former response that `output` goes on from), `replayed` (whether the response is a former step's) and `weight`.
public enum RolloutDump {
  /// One JSON object a line, rollout by rollout.
  public static func text(_ judged: JudgedRollouts, step: Int, tasks: TaskSet) -> String {
    let batch = judged.batch
    var lines = ""
    var numbers = Array(repeating: 0, count: judged.prompts.count)
    for rollout in 0..<batch.count {
      let group = batch.groups[rollout]
      let place = judged.prompts[group]
      let problem = tasks.pool[place]
      let range = batch.range(rollout)
      func array(_ values: ArraySlice<Float>) -> JSONValue { .array(values.map { .number(Double($0)) }) }
      var fields: [(String, JSONValue)] = [
        ("input", .string(problem.prompt)), ("output", .string(tasks.vocabulary.decode(batch.tokens[range]))),
        ("gts", .string(tasks.pool[judged.prompts[judged.rows[rollout]]].answer)),
        ("score", .number(judged.rewards[rollout])), ("step", .integer(step)),
        ("acc", .bool(judged.rewards[rollout] > 0)), ("prompt_id", .string(identifier(place))),
        ("rollout", .integer(numbers[group])), ("reward", .number(judged.rewards[rollout])),
        ("correct", .bool(judged.isCorrect[rollout])),
        ("row", .string(identifier(judged.prompts[judged.rows[rollout]]))),
        ("terminated", .bool(batch.isTerminated[rollout])), ("tier", .string(problem.tier)),
        ("token_ids", .array(batch.tokens[range].map { .integer(Int($0)) })),
        ("logprobs", array(batch.logProbabilities[range])), ("entropy", array(batch.entropies[range])),
        ("sum_sq_probability", array(batch.sumsOfSquares[range])),
      ]
      if let ruled = judged.ruled {
        let count = ruled.groups[ruled.sources[group]].replayedTokens
        fields += [
          ("prefix", .string(tasks.vocabulary.decode(batch.prompts[group].suffix(count)))),
          ("replayed", .bool(ruled.isReplayed[rollout])), ("weight", .number(ruled.weights[rollout])),
        ]
      }
      numbers[group] += 1
      lines += JSONValue.object(fields).text(pretty: false) + "\n"
    }
    return lines
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
