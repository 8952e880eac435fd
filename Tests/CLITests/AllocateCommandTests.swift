import Foundation
import Interchange
import Testing

@Suite struct AllocateCommandTests {
  private static let counts = "prompt_id,successes,samples\na,1,4\nb,2,4\nc,0,4\nd,4,4\n"

  private func allocate(_ table: String, _ options: String) async throws -> Workspace.Result {
    var result: Workspace.Result?
    try await inWorkspace { space in
      try space.write(table, to: "s.csv")
      result = try await space.run(
        words: ["allocate", "s.csv"] + options.split(separator: " ").map(String.init))
    }
    return try #require(result)
  }

  /// Worked by hand: P̂ = 1/4, 1/3, 0, 0; roots ½ and 1/√3; floors and largest remainders.
  @Test(
    arguments: [
      ("uniform", [16, 16, 16, 16]), ("proportional", [27, 37, 0, 0]), ("root", [30, 34, 0, 0]),
      ("minimax", [30, 34, 0, 0]),
      // E[p(1−p) | k] = (k+½)(G−k+½)/((G+1)(G+2)): 5.25, 6.25, 2.25, 2.25 over 30.
      ("root-jeffreys", [19, 21, 12, 12]),
    ])
  func smallTablesHaveTheAllocationWorkedByHand(_ method: String, _ expected: [Int]) async throws {
    let result = try await allocate(Self.counts, "--budget 64 --method \(method)")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(
      result.output == "prompt_id,rollouts\n"
        + zip(["a", "b", "c", "d"], expected).map { "\($0),\($1)\n" }.joined())
  }

  @Test func neymanFollowsTheGivenDeviations() async throws {
    let first = try await allocate("prompt_id,score_sd\na,1\nb,3\n", "--budget 8 --method neyman")
    #expect(first.output == "prompt_id,rollouts\na,2\nb,6\n")
    let named = try await allocate(
      "prompt_id,sigma\na,1\nb,3\n", "--budget 8 --method neyman --sd-column sigma")
    #expect(named.output == first.output)
  }

  @Test(
    arguments: [
      "uniform", "neyman", "proportional", "root", "root-jeffreys", "score-aware", "minimax", "released",
      "knapsack", "hora", "coba", "gvm", "vip-rloo", "vip-dr-grpo",
    ], [104, 131, 312])
  func rolloutsAddUpToTheBudget(_ method: String, _ budget: Int) async throws {
    let table =
      "prompt_id,successes,samples,score_sd\n"
      + (0..<13).map { "p\($0),\($0),\(16 - $0 % 4),\(Double($0 * 7 % 5) + 0.5)\n" }.joined()
    let result = try await allocate(table, "--budget \(budget) --method \(method) --min 8 --max 24")
    #expect(result.status == 0, "\(result.errors)")
    let rollouts = result.output.split(separator: "\n").dropFirst().compactMap {
      Int($0.split(separator: ",")[1])
    }
    #expect(rollouts.count == 13 && rollouts.reduce(0, +) == budget, "\(result.output)")
    // The released rule passes its cap in some worlds (METHODS.md A13.3), never its floor.
    #expect(rollouts.allSatisfy { $0 >= 8 && (method == "released" || $0 <= 24) })
  }

  @Test(
    arguments: [
      "uniform", "proportional", "root", "root-jeffreys", "score-aware", "minimax", "released", "knapsack",
      "hora", "coba", "gvm",
    ])
  func theLargestIntegerIsABudgetLikeAnyOther(_ method: String) async throws {
    let result = try await allocate(
      Self.counts, "--method \(method) --min 0 --max \(Int.max) --budget \(Int.max)")
    let rollouts = result.output.split(separator: "\n").compactMap { Int($0.dropFirst(2)) }
    #expect(result.status == 0 && rollouts.count == 4, "\(result.errors)")
    #expect(rollouts.reduce(0, &+) == .max && rollouts.allSatisfy { $0 >= 0 })
    let beyond = try await allocate(Self.counts, "--method \(method) --budget 92233720368547758070")
    #expect(beyond.status == 64)
    #expect(
      beyond.errors.hasPrefix(
        "Error: The value '92233720368547758070' is invalid for '--budget <B>'\n"), "\(beyond.errors)")
  }

  @Test(
    arguments: [
      ("--budget 3 --min 1", "the budget is 3: the minimum of every prompt together needs at least 4"),
      ("--budget 9 --max 2", "the budget is 9: the maximum of every prompt together allows at most 8"),
    ])
  func anImpossibleBudgetSaysWhatIsPossible(_ options: String, _ message: String) async throws {
    let result = try await allocate(Self.counts, options + " --method root")
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors == "Error: \(message)\n")
  }

  @Test func everyFormatHasItsForm() async throws {
    let json = try await allocate(Self.counts, "--budget 10 --method uniform --format json")
    let rows = try #require(try JSONValue(parsing: json.output).arrayValue)
    #expect(rows.map { $0["prompt_id"]?.stringValue } == ["a", "b", "c", "d"])
    #expect(rows.map { $0["rollouts"]?.integerValue } == [3, 3, 2, 2])
    #expect(try await allocate(Self.counts, "--budget 10 --method uniform --json").output == json.output)
    let verl = try await allocate(Self.counts, "--budget 10 --method uniform --format verl")
    #expect(
      verl.output == """
        {"prompt_id":"a","__rollout_n__":3}
        {"prompt_id":"b","__rollout_n__":3}
        {"prompt_id":"c","__rollout_n__":2}
        {"prompt_id":"d","__rollout_n__":2}

        """)
    let real = try await allocate(Self.counts, "--budget 10 --method root --continuous")
    #expect(
      real.output.hasPrefix("prompt_id,rollouts\na,4.6410161513775") && real.output.hasSuffix("\nc,0\nd,0\n"))
  }

  @Test func theOutputFileIsWrittenWholeOrNotAtAll() async throws {
    try await inWorkspace { space in
      try space.write(Self.counts, to: "s.csv")
      try space.write("old", to: "n.csv")
      let written = try await space.run(
        "allocate", "s.csv", "--budget", "4", "--method", "uniform", "--output", "n.csv")
      #expect(written.status == 0 && written.output.isEmpty)
      #expect(
        String(decoding: try space.read("n.csv"), as: UTF8.self) == "prompt_id,rollouts\na,1\nb,1\nc,1\nd,1\n"
      )
      let refused = try await space.run(
        "allocate", "s.csv", "--budget", "4", "--method", "uniform", "--output", "no/n.csv")
      #expect(refused.status == 73)
      #expect(refused.errors == "Error: cannot create 'no/n.csv': No such file or directory\n")
      #expect(try space.files() == ["n.csv", "s.csv"])
    }
  }

  @Test func aPipeIsWrittenToAndStays() async throws {
    try await inWorkspace { space in
      try space.write(Self.counts, to: "s.csv")
      #expect(mkfifo(space.path("pipe"), 0o600) == 0)
      // Open for both, so that neither side waits for the other; the text is far shorter than the pipe's buffer.
      let descriptor = open(space.path("pipe"), O_RDWR | O_NONBLOCK)
      let pipe = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      let result = try await space.run(
        "allocate", "s.csv", "--budget", "4", "--method", "uniform", "--output", "pipe")
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        String(decoding: pipe.availableData, as: UTF8.self) == "prompt_id,rollouts\na,1\nb,1\nc,1\nd,1\n")
      var status = stat()
      #expect(stat(space.path("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }
  }
}
