import ArgumentParser
import Foundation
import Interchange
import Modulation

/// `allot modulate`: what advantage modulation does to each token.
struct ModulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "modulate",
    abstract: "Show for every token of a log what advantage modulation would do to it.",
    discussion: """
      Reads JSON lines, one token each, or one rollout each with arrays in place
      of the numbers:

        {"sequence":"r1","position":0,"probability":0.5,"entropy":0.7,"advantage":1}

      sequence       the response's name; lines with arrays need none
      position       the token's place in it; lines with arrays need none
      probability    of the drawn token; or logprob, its logarithm (given both,
                     they must agree within 1e-6)
      entropy        of the distribution that it was drawn from, in nats
      advantage      before modulation; with arrays one number will do
      ratio          rho, 1 unless given; or old_logprob: rho is then
                     exp(logprob - old_logprob), within 1e-5 if both are given
      probabilities  of the whole vocabulary: they must add up to one and hold
                     the drawn token's, both within 1e-6; "token" may give its
                     index. entropy is then optional and must agree within
                     1e-4, sum_sq_probability within 1e-5
      sum_sq_probability
                     the sum of squared probabilities, for the score norm
      group, state   labels for the scopes; prompt_id stands in for group
      mask           0: the token is in no mean and no extreme, its factor is 1

      Lines of `allot audit` with arrays do once they have an advantage: token_ids,
      logprobs and old_logprobs are read too.

      Writes the same lines with compensation, stabilisation, factor (their
      product), modulated_advantage, entropy_change_exact (null without
      probabilities), entropy_change_released, score_norm_sq (null without
      probabilities and sum_sq_probability), score_norm_lower, score_norm_upper
      (bounds of the norm, not of its square). Entropy changes are for a unit
      step, in nats.

      released-6 and released-5 are the modes of the released code. published is
      the text's formula with the exact entropy change; the text gives no
      constants, so it takes floor, steepness and centre of released-5 and alpha
      0.2, and its stabilisation takes the largest change at the same position
      (of the same group where groups are given); every other extreme is the
      micro-batch's. none leaves every factor at 1. Options replace a mode's
      constants:

                    alpha  floor  steepness  centre  entropy   clip
        published   0.2    0.6    50         0.9     exact     0.2, 0.2
        released-5  0.4    0.6    50         0.9     released  0.2, 0.28
        released-6  0.2    0.6    50         0.99    released  0.2, 0.28

      All lines of a micro-batch are held in memory: without --micro-batch the
      whole input.
      """)

  @Argument(help: ArgumentHelp("The tokens to read; '-' is standard input.", valueName: "file"))
  var file: String

  @Option(help: "The factors and their constants.")
  var mode: ModulationMode = .released6

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The compensation's strength, its largest factor less one.", valueName: "number"))
  var alpha: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The stabilisation's floor, its smallest factor.", valueName: "number"))
  var floor: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The steepness of the stabilisation's sigmoid.", valueName: "number"))
  var steepness: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The centre of the stabilisation's sigmoid.", valueName: "number"))
  var centre: Double?

  @Option(
    help: ArgumentHelp(
      "Over which tokens the compensation takes the extremes of the entropy (default: the mode's); vocabulary: [0, log K].",
      valueName: "scope"))
  var compensationScope: ScopeOption?

  @Option(
    help: ArgumentHelp(
      "Over which tokens the stabilisation takes the largest entropy change (default: the mode's).",
      valueName: "scope"))
  var stabilisationScope: ModulationScope?

  @Option(
    help: ArgumentHelp(
      "The published compensation where all entropies of the scope coincide: factor 1, or the full 1 + alpha.",
      valueName: "rule"))
  var coincidence: GradientCompensation.Coincidence = .unmodulated

  @Option(
    help: ArgumentHelp(
      "The entropy change that the stabilisation reads (default: the mode's).", valueName: "source"))
  var entropySource: EntropySourceOption?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How far the ratio may fall below 1 with a negative advantage.", valueName: "number"))
  var clipLow = 0.2

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How far the ratio may rise above 1 with a positive advantage.", valueName: "number"))
  var clipHigh = 0.2

  @Flag(
    inversion: .prefixedNo,
    help: "Multiply a --clip-high of exactly 0.2 by 1.4, as the released code does (default: the mode's).")
  var clipAsReleased: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The size of the vocabulary, where the lines have no probabilities.", valueName: "K"))
  var vocabulary: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Lines that are processed together (default: all); a response must not be cut.", valueName: "n"))
  var microBatch: Int?

  @Flag(help: "Print how many tokens each factor touches and by how much, in place of the tokens.")
  var summary = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --summary: a token is touched if a factor differs from 1 by more than this (default: 0.01).",
      valueName: "number"))
  var touched: Double?

  @Option(
    help: ArgumentHelp("Write to this file, in one step, instead of standard output.", valueName: "file"))
  var output: String?

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    try checkOptions()
    let interruption = Interruption(
      failure: output == nil && !summary
        ? CommandFailure(.interrupted, "interrupted; the output ends early") : Interruption.failure)
    var stream: ModulationStream
    do throws(InterchangeError) {
      stream = try ModulationStream(
        LineReader(path: file), choice, vocabulary: vocabulary, microBatch: microBatch ?? .max)
    } catch {
      throw CommandFailure(error)
    }
    let sink = try ByteSink(path: output)
    interruption.guardFile(sink.partialFile)
    var summing = summary ? ModulationSummary(choice, threshold: touched ?? 0.01) : nil
    var bytes: [UInt8] = []
    var nonFinite = 0
    let isInterrupted = { interruption.isRequested }
    while let batch = try Self.reporting({ () throws(InterchangeError) in try stream.next(isInterrupted) }) {
      try interruption.throwIfRequested()
      if summing != nil {
        summing?.add(batch.table, batch.result)
      } else {
        let lines = ModulatedLines(table: batch.table, result: batch.result)
        nonFinite += lines.nonFiniteCount
        try lines.write(to: &bytes, full: 1 << 20) {
          (full: [UInt8]) throws(CommandFailure) in
          try interruption.throwIfRequested()
          try sink.write(full)
        }
      }
    }
    try interruption.throwIfRequested()
    if var summing {
      summing.cutResponses = stream.cutResponses
      bytes = Array((global.json ? summing.json.text(pretty: true) + "\n" : summing.text).utf8)
    }
    try sink.write(bytes)
    interruption.guardFile(nil)
    try sink.commit()
    nonFinite += summing?.nonFiniteCount ?? 0
    if nonFinite > 0 {
      StandardError.write(
        "Warning: \(nonFinite) numbers are beyond double precision and \(summary ? "count nowhere" : "null")\n"
      )
    }
    if stream.cutResponses > 0 {
      StandardError.write(
        "Warning: \(stream.cutResponses) responses have tokens in more than one micro-batch; their means and extremes are those of the parts\n"
      )
    }
  }

  private static func reporting<T>(_ body: () throws(InterchangeError) -> T) throws(CommandFailure) -> T {
    do throws(InterchangeError) { return try body() } catch { throw CommandFailure(error) }
  }
}
