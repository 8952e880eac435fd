import Testing

/// The rules of others in `allot allocate`.
@Suite struct AllocateRivalsTests {
  private func allocate(_ table: String, _ options: String) async throws -> Workspace.Result {
    var result: Workspace.Result?
    try await inWorkspace { space in
      try space.write(table, to: "s.csv")
      result = try await space.run(
        words: ["allocate", "s.csv"] + options.split(separator: " ").map(String.init))
    }
    return try #require(result)
  }

  private func rollouts(_ result: Workspace.Result) -> [Int] {
    result.output.split(separator: "\n").dropFirst().compactMap { Int($0.split(separator: ",")[1]) }
  }

  /// The published numbers of METHODS.md: A3, A8, A2 (its pass rates come in as features far apart, with twenty samples of each).
  @Test(
    arguments: [
      (
        "successes,samples\n1,20\n4,20\n10,20\n18,20\n", "--method knapsack --budget 32 --max 16",
        [10, 13, 7, 2]
      ),
      ("successes,samples\n0,4\n1,4\n2,4\n4,4\n", "--method hora --budget 48", [22, 13, 9, 4]),
      (
        "successes,samples,f1\n1,20,0\n4,20,9\n10,20,18\n10,20,27\n16,20,36\n19,20,45\n",
        "--method vip-rloo --budget 48 --min 3 --max 16", [5, 9, 10, 10, 9, 5]
      ),
      (
        "successes,samples,f1\n1,20,0\n4,20,9\n10,20,18\n10,20,27\n16,20,36\n19,20,45\n",
        "--method vip-dr-grpo --budget 48 --min 3 --max 16", [4, 9, 11, 11, 9, 4]
      ),
      // The tokens of 16 rollouts of mean length 375 are those 6000 of METHODS.md A9, of which the trim takes one rollout.
      (
        "signal,mean_length\n0.5,100\n1,200\n2,400\n1,800\n", "--method duet --budget 16", [4, 5, 7, 2]
      ),
      // By hand: 1/√(p + .001/p) is 1.997, 1.4116, .9995; norms of 1, 2, 0 leave 1.997 to 2.823 of 12.
      (
        "successes,samples,gradient_norm\n1,4,1\n2,4,2\n4,4,0\n", "--method gvm --budget 12", [5, 7, 0]
      ),
    ])
  func publishedNumbersComeOut(_ table: String, _ options: String, _ expected: [Int]) async throws {
    let lines = table.split(separator: "\n")
    let named = "prompt_id,\(lines[0])\n" + lines.dropFirst().enumerated().map { "p\($0),\($1)\n" }.joined()
    let result = try await allocate(named, options)
    #expect(result.status == 0, "\(result.errors)")
    #expect(rollouts(result) == expected)
  }

  /// A prompt that was never rolled out is like the one whose features it shares.
  @Test func featuresSayWhatANewPromptIsLike() async throws {
    let table = "prompt_id,successes,samples,f1,f2\na,0,16,0,0\nb,8,16,5,5\nc,0,0,5,5\nd,0,0,0,0\n"
    let counts = rollouts(try await allocate(table, "--method vip-rloo --budget 64 --min 2"))
    #expect(counts.reduce(0, +) == 64 && counts[2] > 4 * counts[3] && abs(counts[2] - counts[1]) <= 1)
  }

  @Test(
    arguments: [
      (
        "prompt_id,successes,samples,f1\na,1,4,1\nb,1,4,\n", "vip-rloo", 65,
        "Error: s.csv:3: prompt 'b': prompt 1 has no features, which this rule reads\n"
      ),
      (
        "prompt_id,successes,samples\na,0,4\nb,0,4\n", "gvm", 64,
        "Error: the sum of the weights is 0: it must be positive: no prompt has an accepted response and a gradient norm within the limits\n"
      ),
      (
        "prompt_id,successes,samples\na,0,0\nb,0,4\n", "gvm", 65,
        "Error: s.csv:2: prompt 'a': prompt 0 has no samples, which this rule reads\n"
      ),
      (
        "prompt_id,mean_length\na,0\nb,10\n", "duet", 65,
        "Error: s.csv:2: field 'mean_length': the value '0' is not allowed: it must be positive\n"
      ),
      (
        "prompt_id,successes,samples,f1,f3\na,1,4,1,2\n", "vip-rloo", 65,
        "Error: s.csv:1: field 'f2': the column is missing; the header has prompt_id,successes,samples,f1,f3\n"
      ),
      (
        "prompt_id,signal\na,0\nb,10\n", "duet", 65,
        "Error: s.csv:1: field 'mean_length': the column is missing; the header has prompt_id,signal\n"
      ),
      (
        "prompt_id,signal,mean_length\na,-1,5\nb,10,5\n", "duet", 65,
        "Error: s.csv:2: field 'signal': the value '-1' is not allowed: it must not be negative\n"
      ),
    ])
  func whatIsMissingIsSaid(_ table: String, _ method: String, _ status: Int, _ message: String) async throws {
    let result = try await allocate(table, "--method \(method) --budget 16")
    #expect(Int(result.status) == status && result.output.isEmpty)
    #expect(result.errors == message)
  }

  @Test func wholeRolloutsHaveNoRealValuedForm() async throws {
    let table = "prompt_id,successes,samples\na,1,4\nb,2,4\n"
    let refused = try await allocate(table, "--method knapsack --budget 16 --continuous")
    #expect(refused.status == 64)
    #expect(
      refused.errors.contains(
        "'--continuous' has no meaning for '--method knapsack': it counts whole rollouts."))
    let real = try await allocate(table, "--method vip-rloo --budget 16 --continuous")
    #expect(real.status == 0 && real.output.contains("\na,"))
  }
}
