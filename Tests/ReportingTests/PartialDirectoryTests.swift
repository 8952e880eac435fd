import Foundation
import Reporting
import Testing

@Suite struct PartialDirectoryTests {
  private func commit(_ target: String, _ files: [RunFile], kind: RunManifest.Kind = .verify) throws {
    let directory = try PartialDirectory(target: target, kind: kind)
    for file in files { try directory.write(file) }
    let package = DataPackage.json(kind: kind, title: "test", tables: [], files: files.map(\.path))
    try directory.write(RunFile(path: RunManifest.fileName, text: package.text(pretty: true)))
    try directory.commit()
  }

  @Test func nothingIsVisibleBeforeTheCommitAndAllAfterwards() throws {
    let scratch = try ScratchDirectory()
    let directory = try PartialDirectory(target: scratch.path + "/out", kind: .verify)
    try directory.write(RunFile(path: "tables/a.csv", text: "a\n"))
    #expect(scratch.names == [".out.partial-\(ProcessInfo.processInfo.processIdentifier)"])
    try directory.commit()
    #expect(scratch.names == ["out"])
    #expect(try scratch.read("out/tables/a.csv") == "a\n")
  }

  @Test func anEarlierRunIsReplacedWhole() throws {
    let scratch = try ScratchDirectory()
    try commit(scratch.path + "/out", [RunFile(path: "tables/old.csv", text: "old\n")])
    try commit(scratch.path + "/out", [RunFile(path: "tables/new.csv", text: "new\n")])
    #expect(scratch.names == ["out"])
    #expect(FileManager.default.fileExists(atPath: scratch.path + "/out/tables/new.csv"))
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/out/tables/old.csv"))
  }

  @Test func anEmptyDirectoryIsTaken() throws {
    let scratch = try ScratchDirectory()
    try FileManager.default.createDirectory(atPath: scratch.path + "/out", withIntermediateDirectories: false)
    try commit(scratch.path + "/out", [RunFile(path: "a", text: "a")])
    #expect(try scratch.read("out/a") == "a")
  }

  @Test func otherPeoplesFilesAreNeverReplaced() throws {
    let scratch = try ScratchDirectory()
    let target = scratch.path + "/out"
    try scratch.write("thesis", to: "out/thesis.tex")
    #expect(
      throws: ReportingError.foreignFile(
        directory: target, file: "thesis.tex", reason: "was not written by this program")
    ) { _ = try PartialDirectory(target: target, kind: .verify) }
    #expect(try scratch.read("out/thesis.tex") == "thesis")
    #expect(scratch.names == ["out"])
  }

  @Test func aFileAddedToARunKeepsTheRunFromBeingReplaced() throws {
    let scratch = try ScratchDirectory()
    let target = scratch.path + "/out"
    try commit(target, [RunFile(path: "a", text: "a")])
    try scratch.write("mine", to: "out/notes/mine.txt")
    #expect(
      throws: ReportingError.foreignFile(
        directory: target, file: "notes/mine.txt", reason: "does not belong to the run that is there")
    ) { _ = try PartialDirectory(target: target, kind: .verify) }
  }

  @Test func aRunOfAnotherCommandIsNotReplaced() throws {
    let scratch = try ScratchDirectory()
    try commit(scratch.path + "/out", [RunFile(path: "a", text: "a")], kind: .audit)
    #expect(throws: ReportingError.self) {
      _ = try PartialDirectory(target: scratch.path + "/out", kind: .verify)
    }
  }

  @Test func aFileThatAppearsDuringTheRunIsNotLost() throws {
    let scratch = try ScratchDirectory()
    let directory = try PartialDirectory(target: scratch.path + "/out", kind: .verify)
    try scratch.write("new", to: "out/new.txt")
    #expect(throws: ReportingError.self) { try directory.commit() }
    #expect(scratch.names == ["out"])
    #expect(try scratch.read("out/new.txt") == "new")
  }

  @Test func aDiscardedDirectoryVanishesAndCanNotBeWritten() throws {
    let scratch = try ScratchDirectory()
    let directory = try PartialDirectory(target: scratch.path + "/out", kind: .verify)
    try directory.write(RunFile(path: "plots/a", text: "a"))
    directory.discard()
    directory.discard()
    #expect(scratch.names == [])
    #expect(throws: ReportingError.self) { try directory.write(RunFile(path: "b", text: "b")) }
    #expect(scratch.names == [])
  }

  @Test func aForgottenDirectoryVanishesToo() throws {
    let scratch = try ScratchDirectory()
    do { _ = try PartialDirectory(target: scratch.path + "/out", kind: .verify) }
    #expect(scratch.names == [])
  }

  @Test func whatAKilledRunLeftIsRemovedAndALivingRunsIsNot() throws {
    let scratch = try ScratchDirectory()
    try scratch.write("half", to: ".out.partial-1/tables/a.csv")
    let living = try PartialDirectory(target: scratch.path + "/other", kind: .verify)
    _ = try PartialDirectory(target: scratch.path + "/out", kind: .verify)
    #expect(scratch.names == [".other.partial-\(ProcessInfo.processInfo.processIdentifier)"])
    living.discard()
  }

  @Test(arguments: ["no/such/place", "file", "file/below", ""])
  func aPlaceThatCannotBeIsRefusedAtOnce(name: String) throws {
    let scratch = try ScratchDirectory()
    try scratch.write("", to: "file")
    let error = #expect(throws: ReportingError.self) {
      _ = try PartialDirectory(target: name.isEmpty ? "" : scratch.path + "/" + name, kind: .verify)
    }
    guard case .cannotCreate? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(scratch.names == ["file"])
  }

  @Test func theTargetOfASymbolicLinkIsReplacedAndTheLinkKept() throws {
    let scratch = try ScratchDirectory()
    try commit(scratch.path + "/real", [RunFile(path: "a", text: "1")])
    try FileManager.default.createSymbolicLink(atPath: scratch.path + "/link", withDestinationPath: "real")
    try commit(scratch.path + "/link", [RunFile(path: "a", text: "2")])
    #expect(scratch.names == ["link", "real"])
    #expect(try scratch.read("real/a") == "2")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path + "/link") == "real")
  }
}
