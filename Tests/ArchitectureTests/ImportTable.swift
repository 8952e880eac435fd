import Foundation

/// Which target may import what.
///
/// Dependencies point one way only: later rows may use earlier ones, as far as the row says.
struct ImportTable {
  /// Modules of this package, by target.
  static let ours: [String: Set<String>] = [
    "CGSL": [],
    "CNumerics": [],
    "CSimdJSON": [],
    "Statistics": ["CGSL", "CNumerics"],
    "Policies": ["Statistics"],
    "Estimators": ["Statistics", "Policies"],
    "Allocation": ["Statistics"],
    "Modulation": ["Statistics"],
    "Arena": ["Statistics", "Policies", "Estimators", "Allocation"],
    "Claims": ["Statistics", "Policies", "Estimators", "Allocation", "Modulation"],
    "Training": ["Statistics", "Policies", "Estimators", "Allocation", "Modulation", "CNumerics"],
    "Interchange": ["Statistics", "CSimdJSON"],
    "Reporting": ["Statistics", "Arena", "Claims", "Training", "Interchange"],
    "CLI": [
      "Statistics", "Policies", "Estimators", "Allocation", "Modulation", "Arena", "Claims", "Training",
      "Interchange", "Reporting",
      "CNumerics", "CSimdJSON",
    ],
  ]

  /// Modules of the toolchain and of other packages, by target.
  ///
  /// Foundation stands for the elementary functions in the numerical targets; files and dates belong to the last three.
  static let others: [String: Set<String>] = [
    "Statistics": ["Dispatch", "Foundation", "Synchronization"],
    "Policies": ["Foundation"],
    "Estimators": ["Foundation"],
    "Allocation": ["Foundation"],
    "Modulation": ["Foundation"],
    "Arena": ["Foundation"],
    "Claims": ["Foundation", "Synchronization"],
    "Training": ["Dispatch", "Foundation", "Synchronization"],
    "Interchange": ["Foundation", "Yams"],
    "Reporting": ["Foundation", "Mustache", "Subprocess", "Synchronization"],
    "CLI": ["ArgumentParser", "Dispatch", "Foundation", "Synchronization"],
  ]

  /// What is wrong with the imports of one file of `target`; empty when nothing is.
  static func violations(target: String, path: String, text: String) -> [String] {
    guard let allowed = ours[target] else {
      return ["\(path): the target \(target) has no row in the import table"]
    }
    let all = allowed.union(others[target] ?? [])
    return imports(of: text).filter { !all.contains($0) }.map { "\(path): \(target) may not import \($0)" }
  }

  /// The modules that a Swift file imports; text inside multi-line strings and comments is no import.
  static func imports(of text: String) -> [String] {
    var modules: [String] = []
    var inString = false
    var commentDepth = 0
    for line in text.components(separatedBy: "\n") {
      let isCode = !inString && commentDepth == 0
      if isCode, line.range(of: "import", options: .literal) != nil,
        let match = try? importLine.prefixMatch(in: line)
      {
        modules.append(String(match.1))
      }
      if !inString {
        commentDepth = max(
          0, commentDepth + occurrences(of: "/*", in: line) - occurrences(of: "*/", in: line))
      }
      if commentDepth == 0, occurrences(of: "\"\"\"", in: line) % 2 == 1 { inString.toggle() }
    }
    return modules
  }

  /// Attributes, access level, `import`, the kind of a scoped import, and the module up to its first dot.
  private static var importLine: Regex<(Substring, Substring)> {
    /\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/
  }

  private static func occurrences(of mark: String, in line: String) -> Int {
    line.components(separatedBy: mark).count - 1
  }
}
