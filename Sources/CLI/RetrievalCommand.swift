import Arena
import ArgumentParser
import Foundation
import Reporting

/// `allot retrieval`: rankers of evidence against each other in worlds of perturbed queries.
struct RetrievalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retrieval",
    abstract: "Compare rankers of evidence under adversarial queries.",
    discussion: """
      Draws worlds of queries and documents in which a frozen teacher's chance of a correct answer is known exactly, trains rankers on half of the queries, and measures all of them \
      on the other half, clean and perturbed by wrong beliefs, false premises and distractors: relevance ranking, an evidence critic as CoRM-RAG trains it, the same on lists that no outcome \
      chose, counterfactual risk minimisation from logged choices with and without its variance penalty, and an oracle.

      The worlds are 'adversarial', and two controls: 'no-adversary', where perturbations do nothing, and 'uninformative-cues', where no cue tells fragile documents from others. They are worlds \
      of our own, not the paper's data: what they show is what follows when documents differ in evidence and cues tell of it, not how often they do.
      """)

  @Option(
    help: ArgumentHelp("Queries to train on in each world; as many more are held out.", valueName: "n"))
  var queries = 200

  @Option(help: ArgumentHelp("Documents of each world.", valueName: "n"))
  var documents = 200

  @Option(help: ArgumentHelp("Paired seeds.", valueName: "n"))
  var seeds = 10

  @Option(
    help: ArgumentHelp(
      "Write tables, plots and a report into this directory, in one step; an earlier contest there is replaced.",
      valueName: "dir"))
  var output: String?

  @OptionGroup var global: GlobalOptions

  func run() async throws {
    try checkOptions()
    // The target is checked before the work: a run of minutes must not end in a refusal.
    let interruption = Interruption()
    let directory = try output.map { try OutputDirectory($0, kind: .retrieval, interruption) }
    // Does nothing once committed.
    defer { directory?.discard() }
    let contest = RetrievalContest(
      queries: queries, documents: documents, seeds: seeds, seed: global.seed)
    let result = try contest.run(threads: global.threadCount()) { try interruption.throwIfRequested() }
    let report = RetrievalReport(contest: contest, result: result)
    if let directory { try await write(report, to: directory, interruption) }
    if global.json {
      try StandardOutput.write(report.json.text(pretty: true) + "\n")
    } else if !global.quiet {
      try StandardOutput.write(report.summary)
    }
  }

  private func write(_ report: RetrievalReport, to directory: OutputDirectory, _ interruption: Interruption)
    async throws
  {
    let plots = await PlotRenderer.draw(
      RetrievalPlots.planned(for: report.tables), threads: global.threadCount(),
      isCancelled: { interruption.isRequested })
    StandardError.write(missingPlots: plots.missing)
    try directory.commit(report.files(plots: plots))
  }

  private func checkOptions() throws {
    var errors = OptionErrors()
    global.check(&errors)
    errors.require(
      (5...2000).contains(queries),
      "The value '\(queries)' is invalid for '--queries <n>': it must lie in 5...2000.")
    errors.require(
      (12...10_000).contains(documents),
      "The value '\(documents)' is invalid for '--documents <n>': it must lie in 12...10000.")
    errors.require(
      (2...1000).contains(seeds),
      "The value '\(seeds)' is invalid for '--seeds <n>': it must lie in 2...1000.")
    try errors.throwIfAny()
  }
}
