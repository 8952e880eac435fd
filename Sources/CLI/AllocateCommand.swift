import Allocation
import ArgumentParser
import Foundation
import Interchange

/// `allot allocate`: how many rollouts each prompt should get.
struct AllocateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allocate",
    abstract: "Spread a budget of rollouts over prompts.",
    discussion: """
      Reads CSV with the columns prompt_id,successes,samples (others where the method needs them) and prints
      prompt_id,rollouts. The rollouts add up to the budget, except for duet, which spends tokens.

        uniform        the same for every prompt
        neyman         n ∝ σ, σ given in a column (--sd-column; score_sd if there is none named)
        proportional   n ∝ P̂ = k(G−k)/(G(G−1)), the paper's rule at its word
        root           n ∝ √P̂
        root-jeffreys  n ∝ √E[p(1−p) | k] under Jeffreys' prior
        score-aware    n ∝ √(P·c), c from the columns v_success,v_failure,d_squared or, as the root mean square of the
                       score norm, from score_sd; c is shrunk towards the pool
        minimax        the least worst case over all σ² ≤ C·P̂; the same as root
        released       the released code's water level with its priorities

      Rules of others, with p̂ = k/G (bounds as published where none are given):

        knapsack       the most value [1 − p̂^n − (1−p̂)^n]·p̂(1−p̂)²; without samples the uniform share
        hora           beyond the counted pilots, where the chance of a success grows most
        coba           a value that saturates, and peaks where the share of failures in the table puts it
        gvm            n ∝ G/√(p̂ + .001/p̂), G from the column gradient_norm (1 where there is none)
        vip-rloo, vip-dr-grpo
                       the least variance of that estimator; p predicted from the columns f1,f2,… by a Gaussian process
                       on the prompts with samples, or, without such columns, from the counts
        duet           n ∝ s/√L from the columns signal (optional) and mean_length; spends the tokens of B rollouts of
                       mean length, not B rollouts
      """)

  @Argument(help: ArgumentHelp("The table of counts; '-' is standard input.", valueName: "file"))
  var file: String

  @Option(parsing: .unconditional, help: ArgumentHelp("The rollouts to spread, in all.", valueName: "B"))
  var budget: Int

  @Option(help: ArgumentHelp("The rule.", valueName: "name"))
  var method: AllocationMethod

  @Option(
    help: ArgumentHelp(
      "The fewest rollouts of a prompt (default: 0; released: 8; rules of others: as published).",
      valueName: "m"))
  var min: Int?

  @Option(
    help: ArgumentHelp(
      "The most rollouts of a prompt (default: no limit; released: 24; rules of others: as published).",
      valueName: "M"))
  var max: Int?

  @Option(help: ArgumentHelp("The column that holds σ, for neyman.", valueName: "name"))
  var sdColumn: String?

  @Option(help: ArgumentHelp("Exploration budget of the released rule.", valueName: "n"))
  var initialBudget = 4

  @Flag(help: "Print the real-valued solution.")
  var continuous = false

  @Option(help: ArgumentHelp("The format of the output.", valueName: "format"))
  var format: AllocationFormat?

  @Option(
    help: ArgumentHelp("Write to this file, in one step, instead of standard output.", valueName: "file"))
  var output: String?

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    try checkOptions()
    let table: AllocationTable
    do {
      table = try AllocationTable(
        path: file, deviationColumn: method == .neyman ? sdColumn ?? "score_sd" : nil,
        needsCounts: method.needsCounts, required: method.requiredColumns)
    } catch {
      throw CommandFailure(error)
    }
    let bounds = AllocationBounds(
      minimum: min ?? method.defaultBounds.minimum, maximum: max ?? method.defaultBounds.maximum)
    let values: [AllocationValue]
    do {
      values =
        continuous
        ? try method.shares(table, budget: Double(budget), bounds: bounds).map { .share($0) }
        : try method.rollouts(table, budget: budget, bounds: bounds, initialBudget: initialBudget).map {
          .rollouts($0)
        }
    } catch {
      if let place = table.place(of: error, file: file) {
        throw CommandFailure(.inputData, "\(place): \(error.description)")
      }
      throw CommandFailure(.usage, error.description)
    }
    let text = (format ?? (global.json ? .json : .csv)).text(table.prompts, values)
    if let output { try OutputFile.write(text, to: output) } else { try StandardOutput.write(text) }
  }

  private func checkOptions() throws(CommandFailure) {
    var errors = OptionErrors()
    global.check(&errors)
    errors.require(
      budget >= 0, "The value '\(budget)' is invalid for '--budget <B>': it must not be negative.")
    errors.require(
      (min ?? 0) >= 0, "The value '\(min ?? 0)' is invalid for '--min <m>': it must not be negative.")
    errors.require(
      (max ?? .max) >= (min ?? 0),
      "The value '\(max ?? 0)' is invalid for '--max <M>': it must be at least --min.")
    errors.require(
      initialBudget >= 0,
      "The value '\(initialBudget)' is invalid for '--initial-budget <n>': it must not be negative.")
    errors.require(
      sdColumn == nil || method == .neyman,
      "'--sd-column' belongs to '--method neyman', not to '\(method.rawValue)'.")
    errors.require(
      !continuous || method.isContinuous,
      "'--continuous' has no meaning for '--method \(method.rawValue)': it counts whole rollouts.")
    errors.require(
      !(continuous && format == .verl),
      "'--continuous' cannot be written as '--format verl': verl takes whole rollouts.")
    try errors.throwIfAny()
  }
}
