import Foundation
import Testing

@Suite struct OptionTests {
  @Test func helpNamesEverySubcommand() async throws {
    try await inWorkspace { space in
      let result = try await space.run("--help")
      #expect(result.status == 0 && result.errors.isEmpty)
      #expect(
        result.output == """
          OVERVIEW: Examine the theory of rollout allocation, audit rollout logs, and
          allocate rollouts.

          USAGE: allot <subcommand>

          OPTIONS:
            --version               Show the version.
            -h, --help              Show help information.

          SUBCOMMANDS:
            verify                  Examine the claims and write verdicts, tables, plots
                                    and a report.
            variance                Exact and simulated variance of a gradient estimator
                                    on one policy.
            allocate                Spread a budget of rollouts over prompts.
            audit                   Judge allocation rules on real rollouts.
            claims                  List the claims, print one specification, or lock all
                                    of them.
            export                  Export a run for notebooks: tidy CSVs, figures, the
                                    column dictionary and a notebook.

            See 'allot help <subcommand>' for detailed help.

          """)
    }
  }

  @Test(
    arguments: [
      (
        ["verify"],
        "USAGE: allot verify [--claim <id> ...] [--preset <preset>] [--output <dir>] [--strict] [--lock <file>] [--rollouts <file> ...] [--vocabulary <K>] [--seed <n>] [--threads <n>] [--json] [--quiet]"
      ),
      (
        ["variance"],
        "USAGE: allot variance <file> [--replicates <n>] [--seed <n>] [--threads <n>] [--json] [--quiet]"
      ),
      (["allocate"], "USAGE: allot allocate [<options>] <file> --budget <B> --method <name>"),
      (
        ["audit"],
        "USAGE: allot audit <file> ... [--threshold <r>] [--max-bad <share>] [--budget-per-prompt <n>] [--min <n>] [--max <n>] [--resamples <n>] [--output <dir>] [--seed <n>] [--threads <n>] [--json] [--quiet]"
      ),
      (["claims"], "USAGE: allot claims <subcommand>"),
      (
        ["claims", "show"],
        "USAGE: allot claims show [<id>] [--lock <file>] [--seed <n>] [--threads <n>] [--json] [--quiet]"
      ),
      (
        ["claims", "lock"],
        "USAGE: allot claims lock [--output <file>] [--verdicts <file>] [--seed <n>] [--threads <n>] [--json] [--quiet]"
      ),
      (
        ["export"],
        "USAGE: allot export <run> --output <dir> [--seed <n>] [--threads <n>] [--json] [--quiet]"
      ),
    ])
  func helpOfACommandHasItsUsage(_ words: [String], _ usage: String) async throws {
    try await inWorkspace { space in
      let result = try await space.run(words: words + ["--help"])
      #expect(result.status == 0)
      #expect(result.output.split(separator: "\n").contains { $0 == usage }, "\(result.output)")
    }
  }

  @Test(
    arguments: [
      (["frobnicate"], 64, "Error: Unexpected argument 'frobnicate'\n"),
      (["verify", "--frob"], 64, "Error: Unknown option '--frob'. Did you mean '--json'?\n"),
      (
        ["verify", "--preset", "foo"], 64,
        "Error: The value 'foo' is invalid for '--preset <preset>'. Please provide one of 'quick', 'standard' or 'thorough'.\n"
      ),
      (["allocate", "x"], 64, "Error: Missing expected argument '--budget <B>'\n"),
      (
        ["claims", "lock", "--threads", "0"], 64,
        "Error: The value '0' is invalid for '--threads <n>': it must lie in 1...1024.\n"
      ),
      (
        ["claims", "nope"], 64,
        "Error: There is no claim 'nope'. The nearest are 'neyman-optimal', 'uniform-suboptimal', 'proxy-tracks-variance'. `allot claims` lists all.\n"
      ),
      (["variance", "nofile"], 66, "Error: cannot open 'nofile': No such file or directory\n"),
      (["audit", "nofile"], 66, "Error: cannot open 'nofile': No such file or directory\n"),
      (
        ["allocate", "nofile", "--budget", "3", "--method", "root"], 66,
        "Error: cannot open 'nofile': No such file or directory\n"
      ),
      (["claims", "--lock", "nofile"], 66, "Error: cannot open the lock file 'nofile'\n"),
      (
        ["export", "nofile", "--output", "e"], 66, "Error: cannot open 'nofile': there is no such directory\n"
      ),
      (["variance", "."], 65, "Error: cannot read '.': it is a directory\n"),
    ] as [([String], Int32, String)])
  func aWrongCallSaysWhatIsWrong(_ words: [String], _ status: Int32, _ message: String) async throws {
    try await inWorkspace { space in
      let result = try await space.run(words: words)
      #expect(result.status == status)
      #expect(result.output.isEmpty)
      #expect(result.errors.hasPrefix(message), "\(result.errors)")
    }
  }

  @Test func wrongOptionsAreReportedTogether() async throws {
    try await inWorkspace { space in
      let allocate = try await space.run(
        "allocate", "x", "--budget=-1", "--method", "root", "--min=-2", "--max=-3", "--sd-column", "q",
        "--threads", "0")
      #expect(allocate.status == 64)
      #expect(
        allocate.errors == """
          Error: The value '0' is invalid for '--threads <n>': it must lie in 1...1024.
                 The value '-1' is invalid for '--budget <B>': it must not be negative.
                 The value '-2' is invalid for '--min <m>': it must not be negative.
                 The value '-3' is invalid for '--max <M>': it must be at least --min.
                 '--sd-column' belongs to '--method neyman', not to 'root'.

          """)
      let verify = try await space.run("verify", "--claim", "nope", "--threads", "0")
      #expect(verify.status == 64)
      #expect(
        verify.errors == """
          Error: The value '0' is invalid for '--threads <n>': it must lie in 1...1024.
                 There is no claim 'nope'. The nearest are 'neyman-optimal', 'uniform-suboptimal', 'proxy-tracks-variance'. `allot claims` lists all.

          """)
      #expect(try space.files() == [])
    }
  }

  /// `/dev/full` is only ever written to through an open descriptor.
  @Test(
    .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full")),
    arguments: [["--help"], ["claims"], ["claims", "--json"], ["variance", "w.json", "--replicates", "0"]])
  func aFullDiskBehindStandardOutputIsAFailure(_ words: [String]) async throws {
    try await inWorkspace { space in
      try space.write(
        #"{"probabilities":[0.5,0.5],"rewards":[1,0],"estimator":"reinforce"}"#, to: "w.json")
      let result = try await space.run(words: words, output: "/dev/full")
      #expect(result.status == 74)
      #expect(result.errors == "Error: cannot write to standard output: No space left on device\n")
    }
  }
}
