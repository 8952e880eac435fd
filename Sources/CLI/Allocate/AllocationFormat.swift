import ArgumentParser
import Interchange

/// What one prompt gets.
enum AllocationValue {
  case rollouts(Int)
  case share(Double)

  var json: JSONValue {
    switch self {
    case .rollouts(let count): .integer(count)
    case .share(let share): .number(share)
    }
  }

  var cell: CSVWriter.Cell {
    switch self {
    case .rollouts(let count): .integer(count)
    case .share(let share): .number(share)
    }
  }
}

/// How an allocation is written.
enum AllocationFormat: String, ExpressibleByArgument, CaseIterable {
  /// `prompt_id,rollouts`.
  case csv
  /// A list of objects.
  case json
  /// One object a line with verl's field for rollouts per prompt.
  case verl

  func text(_ prompts: [String], _ values: [AllocationValue]) -> String {
    switch self {
    case .csv:
      var writer = CSVWriter(header: ["prompt_id", "rollouts"])
      for (prompt, value) in zip(prompts, values) { writer.append([.text(prompt), value.cell]) }
      return writer.text
    case .json:
      let rows = zip(prompts, values).map {
        JSONValue.object([("prompt_id", .string($0)), ("rollouts", $1.json)])
      }
      return JSONValue.array(rows).text(pretty: true) + "\n"
    case .verl:
      return zip(prompts, values).map {
        JSONValue.object([("prompt_id", .string($0)), ("__rollout_n__", $1.json)]).text(pretty: false) + "\n"
      }.joined()
    }
  }
}
