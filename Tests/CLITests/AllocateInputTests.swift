import Foundation
import Testing

/// What `allot allocate` makes of tables as people's programs write them, and of damaged ones.
@Suite struct AllocateInputTests {
  private func allocate(_ bytes: [UInt8], _ method: String) async throws -> Workspace.Result {
    var result: Workspace.Result?
    try await inWorkspace { space in
      try space.write(bytes, to: "s.csv")
      result = try await space.run("allocate", "s.csv", "--budget", "10", "--method", method)
    }
    return try #require(result)
  }

  @Test func lineEndsByteOrderMarksAndQuotesAreRead() async throws {
    let table =
      "\u{FEFF}prompt_id,successes,samples\r\n\"a,x\",1,4\r\n\"b \"\"q\"\"\",2,4\n\n\"c\nd\",2,4\r\n"
    let result = try await allocate(Array(table.utf8), "uniform")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "prompt_id,rollouts\n\"a,x\",4\n\"b \"\"q\"\"\",3\n\"c\nd\",3\n")
  }

  @Test(
    arguments: [
      ("", "root", "s.csv: there is no header line"),
      ("prompt_id,successes,samples\n", "root", "s.csv: there is no prompt below the header"),
      (
        "prompt_id,successes\na,1\n", "root",
        "s.csv:1: field 'samples': the column is missing; the header has prompt_id,successes"
      ),
      (
        "prompt_id,successes,samples\na,1,4\n", "neyman",
        "s.csv:1: field 'score_sd': the column is missing; the header has prompt_id,successes,samples"
      ),
      (
        "prompt_id,prompt_id\na,1\n", "root",
        "s.csv:1: field 'prompt_id': the column stands twice in the header"
      ),
      (
        "prompt_id,successes,samples\na,1\n", "root", "s.csv:2: the line has 2 cells where the header has 3"
      ),
      ("prompt_id,successes,samples\n\"a,1,4\n", "root", "s.csv:2: a quote is not closed"),
      (
        "prompt_id,successes,samples\na,1,4\na,2,4\n", "root",
        "s.csv:3: field 'prompt_id': the value 'a' is not allowed: the prompt stands on line 2 already"
      ),
      (
        "prompt_id,successes,samples\n,1,4\n", "root",
        "s.csv:2: field 'prompt_id': the value '' is not allowed: a prompt needs a name"
      ),
      (
        "prompt_id,successes,samples\na,-1,4\n", "root",
        "s.csv:2: field 'successes': the value '-1' is not allowed: it must lie in 0...4, the samples of the line"
      ),
      (
        "prompt_id,successes,samples\na,5,4\n", "root",
        "s.csv:2: field 'successes': the value '5' is not allowed: it must lie in 0...4, the samples of the line"
      ),
      (
        "prompt_id,successes,samples\na,1,-4\n", "root",
        "s.csv:2: field 'samples': the value '-4' is not allowed: it must not be negative"
      ),
      (
        "prompt_id,successes,samples\na,nan,4\n", "root",
        "s.csv:2: field 'successes': the value 'nan' is not allowed: an integer of at most 64 bits"
      ),
      (
        "prompt_id,successes,samples\na,1,99999999999999999999\n", "root",
        "s.csv:2: field 'samples': the value '99999999999999999999' is not allowed: an integer of at most 64 bits"
      ),
      (
        "prompt_id,score_sd\na,NaN\n", "neyman",
        "s.csv:2: field 'score_sd': the value 'NaN' is not allowed: a finite decimal number"
      ),
      (
        "prompt_id,score_sd\na,-1\n", "neyman",
        "s.csv:2: field 'score_sd': the value '-1' is not allowed: it must not be negative"
      ),
    ])
  func aDamagedTableIsNamedByFileLineAndField(_ table: String, _ method: String, _ message: String)
    async throws
  {
    let result = try await allocate(Array(table.utf8), method)
    #expect(result.status == 65 && result.output.isEmpty)
    #expect(result.errors == "Error: \(message)\n")
  }

  @Test func bytesThatAreNoTextAreRefused() async throws {
    let result = try await allocate(Array("prompt_id,successes,samples\n".utf8) + [0xFF, 0xFE], "root")
    #expect(result.status == 65)
    #expect(result.errors == "Error: s.csv:2: the text is not valid UTF-8\n")
  }

  @Test(arguments: ["uniform", "proportional", "root", "root-jeffreys", "score-aware", "minimax"])
  func countsAsLargeAsIntegersGetDoNotOverflow(_ method: String) async throws {
    let largest = "9223372036854775807"
    let table = "prompt_id,successes,samples\na,4611686018427387904,\(largest)\nb,0,\(largest)\n"
    let result = try await allocate(Array(table.utf8), method)
    #expect(result.status == 0)
    #expect(result.output == "prompt_id,rollouts\n" + (method == "uniform" ? "a,5\nb,5\n" : "a,10\nb,0\n"))
  }
}
