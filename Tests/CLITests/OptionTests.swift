import Foundation
import Testing

@Suite struct OptionTests {
  @Test func helpNamesEverySubcommand() async throws {
    try await inWorkspace { space in
      let result = try await space.run("--help")
      #expect(result.status == 0 && result.errors.isEmpty)
      #expect(
        result.output == """
          OVERVIEW: Examine the theory of rollout allocation, audit rollout logs,
          allocate rollouts, and train with what holds.

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
            modulate                Show for every token of a log what advantage
                                    modulation would do to it.
            audit                   Judge allocation rules on real rollouts.
            claims                  List the claims, print one specification, or lock all
                                    of them.
            export                  Export a run for notebooks: tidy CSVs, figures, the
                                    column dictionary and a notebook.
            train                   Train a small language model by reinforcement
                                    learning with verifiable rewards.
            evaluate                Measure pass@1 and pass@32 of a trained model on the
                                    evaluation splits.
            compare                 Train several methods over several seeds at equal
                                    rollouts and at equal tokens, and compare them.
            arena                   Run allocation and selection rules against each other
                                    at equal rollouts and at equal tokens.
            retrieval               Compare rankers of evidence under adversarial queries.

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
      (["modulate"], "USAGE: allot modulate [<options>] <file>"),
      (
        ["audit"],
        "USAGE: allot audit [<options>] <file> ..."
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
        "USAGE: allot export <run> --output <dir> [--comparison <dir>] [--seed <n>] [--threads <n>] [--json] [--quiet]"
      ),
      (
        ["train"],
        "USAGE: allot train [--config <file>] [--method <name>] [--output <dir>] [--resume] [--key <value> ...]"
      ),
      (
        ["retrieval"],
        "USAGE: allot retrieval [--queries <n>] [--documents <n>] [--seeds <n>] [--output <dir>] [--seed <n>] [--threads <n>] [--json] [--quiet]"
      ),
      (["evaluate"], "USAGE: allot evaluate [<options>] <checkpoint>"),
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
        "Error: There is no claim 'nope'. The nearest are 'neyman-optimal', 'uniform-suboptimal', 'entropy-change-exact'. `allot claims` lists all.\n"
      ),
      (["variance", "nofile"], 66, "Error: cannot open 'nofile': No such file or directory\n"),
      (["modulate", "nofile"], 66, "Error: cannot open 'nofile': No such file or directory\n"),
      (
        ["modulate", "x", "--mode", "original"], 64,
        "Error: The value 'original' is invalid for '--mode <mode>'."
      ),
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
                 There is no claim 'nope'. The nearest are 'neyman-optimal', 'uniform-suboptimal', 'entropy-change-exact'. `allot claims` lists all.

          """)
      #expect(try space.files() == [])
    }
  }

  @Test func wrongOptionsOfModulateAreReportedTogether() async throws {
    try await inWorkspace { space in
      let result = try await space.run(
        words: [
          "modulate", "x", "--alpha", "-1", "--floor", "2", "--steepness", "-3", "--centre", "1e9",
          "--clip-low",
          "1.5", "--clip-high", "-1", "--vocabulary", "0", "--micro-batch", "0", "--touched", "-1",
          "--coincidence", "full",
        ])
      #expect(result.status == 64)
      #expect(
        result.errors == """
          Error: The value '-1.0' is invalid for '--alpha <number>': it must lie in [0, 1000000].
                 The value '2.0' is invalid for '--floor <number>': it must lie in [0, 1].
                 The value '-3.0' is invalid for '--steepness <number>': it must lie in [0, 1000000].
                 The value '1000000000.0' is invalid for '--centre <number>': it must lie in [-1000000, 1000000].
                 The value '1.5' is invalid for '--clip-low <number>': it must lie in [0, 1].
                 The value '-1.0' is invalid for '--clip-high <number>': it must be finite and not negative.
                 The value '-1.0' is invalid for '--touched <number>': it must lie in [0, 1000000].
                 The value '0' is invalid for '--vocabulary <K>': it must be positive.
                 The value '0' is invalid for '--micro-batch <n>': it must be positive.
                 '--coincidence full' belongs to '--mode published', not to 'released-6'.
                 '--touched' belongs to '--summary'.

          """)
    }
  }

  @Test func theHelpOfAuditNamesEveryOption() async throws {
    try await inWorkspace { space in
      let result = try await space.run("audit", "--help")
      for option in [
        "--threshold <r>", "--max-bad <share>", "--budget-per-prompt <n>", "--min <n>", "--max <n>",
        "--resamples <n>", "--ignore-tokens", "--output <dir>", "--seed <n>", "--threads <n>", "--json",
        "--quiet",
      ] { #expect(result.output.contains("\n  " + option), "\(option)") }
    }
  }

  /// The command with the most options: every one, and the constants of the modes.
  @Test func theHelpOfModulateNamesEveryParameter() async throws {
    try await inWorkspace { space in
      let result = try await space.run("modulate", "--help")
      for option in [
        "--mode <mode>", "--alpha <number>", "--floor <number>", "--steepness <number>", "--centre <number>",
        "--compensation-scope <scope>", "--stabilisation-scope <scope>", "--coincidence <rule>",
        "--entropy-source <source>", "--clip-low <number>", "--clip-high <number>",
        "--clip-as-released/--no-clip-as-released", "--vocabulary <K>", "--micro-batch <n>", "--summary",
        "--touched <number>", "--output <file>", "--seed <n>", "--threads <n>", "--json", "--quiet",
      ] { #expect(result.output.contains("\n  " + option), "\(option)") }
      #expect(
        result.output.contains(
          """
                        alpha  floor  steepness  centre  entropy   clip
            published   0.2    0.6    50         0.9     exact     0.2, 0.2
            released-5  0.4    0.6    50         0.9     released  0.2, 0.28
            released-6  0.2    0.6    50         0.99    released  0.2, 0.28
          """), "\(result.output)")
      #expect(result.output.contains("the text gives no\nconstants, so it takes"))
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
