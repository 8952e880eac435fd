import Testing

/// The imports of every file against the table.
@Suite struct ImportTests {
  @Test func everyTargetHasARowInTheTable() throws {
    #expect(try SourceTree.folders(in: "Sources") == ImportTable.ours.keys.sorted())
  }

  @Test func everyImportIsAllowed() throws {
    let files = try SourceTree.files(in: "Sources")
    #expect(files.count > 50)
    for (path, text) in files {
      let target = String(path.split(separator: "/")[1])
      for violation in ImportTable.violations(target: target, path: path, text: text) {
        Issue.record("\(violation)")
      }
    }
  }

  /// A C target sees no other target of the package, except that CNumerics reads GSL's own headers.
  @Test func theCTargetsIncludeNothingOfEachOther() throws {
    let targets = ["CGSL", "CNumerics", "CSimdJSON"]
    for target in targets {
      for (path, text) in try SourceTree.files(in: "Sources/\(target)", endings: ["c", "cpp", "h"]) {
        for other in targets where other != target {
          #expect(!text.contains("#include \"\(other)"), "\(path) includes \(other)")
          #expect(!text.contains("#include <\(other)"), "\(path) includes \(other)")
        }
      }
    }
  }

  @Test func theTableIsAnOrder() {
    // Repeatedly take away the targets all of whose imports are gone; a cycle would stay.
    var left = ImportTable.ours
    while let free = left.first(where: { $0.value.allSatisfy { left[$0] == nil } })?.key { left[free] = nil }
    #expect(left.isEmpty, "the targets \(left.keys.sorted()) import each other in a circle")
  }

  @Test(arguments: [
    "import CGSL", "internal import CGSL", "@preconcurrency import CGSL",
    "  public import struct CGSL.gsl_rng",
    "@_spi(Testing) import CGSL",
  ]) func aForbiddenImportIsFoundHoweverItIsWritten(line: String) {
    #expect(
      ImportTable.violations(target: "Allocation", path: "A.swift", text: "import Statistics\n\(line)\n")
        == ["A.swift: Allocation may not import CGSL"])
  }

  @Test func unknownModulesAndTargetsAreFound() {
    #expect(ImportTable.violations(target: "Policies", path: "P.swift", text: "import Numerics").count == 1)
    #expect(ImportTable.violations(target: "Trainer", path: "T.swift", text: "").count == 1)
  }

  @Test func onlyCodeImports() {
    let text = """
      // import CGSL
      /* import CGSL
      import CGSL */
      import Foundation
      let script = \"""
        import pandas as pd
        \"""
      let important = 1
      """
    #expect(ImportTable.imports(of: text) == ["Foundation"])
  }
}
