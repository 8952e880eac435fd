import Claims
import Foundation
import Interchange
import Reporting
import Testing

@Suite struct RunFilesTests {
  let writer = RunWriter(outcomes: Fixture.plottable(), run: Fixture.run)

  private func text(_ path: String, _ files: [RunFile]) throws -> String {
    String(decoding: try #require(files.first { $0.path == path }).bytes, as: UTF8.self)
  }

  @Test func verdictsHaveTheKeysOfTheContract() throws {
    let document = try JSONValue(parsing: writer.verdictsText)
    #expect(document.objectValue?.map(\.0) == ["schema", "seed", "preset", "tool", "claims"])
    #expect(document["tool"]?.objectValue?.map(\.0) == ["version", "commit", "compiler", "gsl", "cpu"])
    let claim = try #require(document["claims"]?[0])
    #expect(
      claim.objectValue?.map(\.0) == [
        "id", "statement", "formula", "source", "spec_sha256", "registration", "verdict", "condition",
        "margin",
        "sub_verdicts", "estimates", "counterexamples", "control", "tables", "seconds",
      ])
    #expect(
      claim["sub_verdicts"]?[0]?.objectValue?.map(\.0) == ["estimator", "population", "verdict", "condition"])
    #expect(
      claim["estimates"]?[0]?.objectValue?.map(\.0) == [
        "design", "method", "stat", "est", "mcse", "lower", "upper", "exact", "n",
      ])
    #expect(claim["control"]?["verdict"]?.stringValue == "refuted")
    let example = try #require(claim["counterexamples"]?[0])
    #expect(example.objectValue?.map(\.0) == ["title", "world", "worlds", "values", "exact", "explanation"])
    #expect(example["world"] == example["worlds"]?[0])
    #expect(example["values"]?["variance"]?.doubleValue == 0.09375)
    #expect(example["exact"] == .object([("variance", .string("3/32"))]))
  }

  @Test func numbersThatAreNotFiniteAreNullInJSONAndCountedEmptyCellsInCSV() throws {
    let document = try JSONValue(parsing: writer.verdictsText)
    let row = try #require(document["claims"]?[0]?["estimates"]?[1])
    #expect(row["mcse"] == .null)
    #expect(row["upper"] == .null)
    let lines = writer.tables[0].text.split(separator: "\n")
    #expect(lines[0] == "claim,design,method,stat,est,mcse,lower,upper,exact,n,seed")
    #expect(lines[1] == "proxy-tracks-variance,\"two-action, p=0.25\",neyman,ratio,1.5,,,,1.5,0,7")
    #expect(
      lines[2] == "proxy-tracks-variance,flat,neyman,ratio,0.10000000000000001,,0,,0.10000000000000001,1,7")
    // mcse is NaN and upper infinite; the cells that are empty by nature are not counted.
    #expect(writer.tables[0].nonFiniteCount == 2)
    #expect(writer.nonFiniteCount == 2 * writer.outcomes.count)
  }

  @Test func everyTableIsInThePackageWithEveryColumnDescribed() throws {
    let files = try writer.files()
    let package = try JSONValue(parsing: try text("datapackage.json", files))
    let resources = try #require(package["resources"]?.arrayValue)
    let tables = files.map(\.path).filter { $0.hasPrefix("tables/") }
    #expect(resources.compactMap { $0["path"]?.stringValue } == tables)
    for (resource, path) in zip(resources, tables) {
      let header = try text(path, files).split(separator: "\n")[0].split(separator: ",").map(String.init)
      let fields = try #require(resource["schema"]?["fields"]?.arrayValue)
      #expect(fields.compactMap { $0["name"]?.stringValue } == header)
      for field in fields {
        #expect(field["description"]?.stringValue?.isEmpty == false)
        #expect(["string", "integer", "number", "boolean"].contains(field["type"]?.stringValue ?? ""))
        #expect(field["type"]?.stringValue == "string" || field["unit"] != nil, "\(field)")
      }
      #expect(resource["schema"]?["missingValues"] == .array([.string("")]))
    }
    #expect(package["allot_files"]?.arrayValue?.compactMap(\.stringValue) == files.map(\.path).sorted())
  }

  @Test func timeAndMachineStandInVerdictsOnly() throws {
    var slow = Fixture.run
    slow.tool.cpu = "another processor"
    slow.tool.commit = String(repeating: "a", count: 40)
    let one = try RunWriter(outcomes: [Fixture.outcome("neyman-optimal", seconds: 1)], run: Fixture.run)
      .files()
    let other = try RunWriter(outcomes: [Fixture.outcome("neyman-optimal", seconds: 2)], run: slow).files()
    let different = zip(one, other).filter { $0 != $1 }.map(\.0.path)
    // The report names the tool in a line of its own.
    #expect(different == ["verdicts.json", "report.html"])
  }

  @Test func aRowOfAnotherLengthDoesNotLoseTheRun() {
    let table = TidyTable.points(
      PointTable(
        name: "points", columns: ["p", "share"], rows: [[.number(1)], [.number(1), .number(2), .number(3)]]),
      prefix: "x")
    #expect(table.text == "p,share\n1,\n1,2\n")
  }

  @Test func theVerdictTableKeepsItsWidth() {
    let condition = String(repeating: "n is large and ", count: 40)
    let text = VerdictTable.text([
      Fixture.outcome("neyman-optimal", condition: condition), Fixture.outcome("uniform-suboptimal"),
    ])
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 110 })
    #expect(lines[2].hasPrefix("neyman-optimal      supported-when  refuted  n is large"))
    #expect(lines[3].hasSuffix("…"))
    #expect(lines.last == "Specifications: 2 registered.")
  }

  @Test func wrappingBreaksBetweenWordsAndCutsLongOnes() {
    #expect(AlignedText.wrap("a bb ccc", width: 4) == ["a bb", "ccc"])
    #expect(AlignedText.wrap("abcdefgh i", width: 3) == ["abc", "def", "gh", "i"])
    #expect(AlignedText.wrap("  ", width: 3) == [])
  }
}
