import Foundation
import Interchange

/// A run directory read back from the disk, with everything in it checked: it may come from anybody.
public struct StoredRun: Sendable {
  /// The command that wrote it.
  public let kind: RunManifest.Kind
  /// Its tables.
  public let tables: [TidyTable]
  /// Its pictures, as files of `plots/`.
  public let pictures: [RunFile]
  /// Its `verdicts.json`; nil for a run that has none.
  public let verdicts: JSONValue?

  /// The largest table or picture that is read, in bytes.
  static let largestFile = 1 << 30

  /// Reads the run in `directory`, which one of the commands `kinds` must have written.
  ///
  /// A missing directory or file is `missing`; a manifest that names a file outside `tables/` and `plots/`, a symbolic link, a table that does not fit its
  /// description, and any other content that no run writes are `damaged`, with the file and the line.
  public init(directory: String, kinds: [RunManifest.Kind] = [.verify, .audit]) throws(ReportingError) {
    let manifestPath = directory + "/" + RunManifest.fileName
    let document = try Self.json(directory, RunManifest.fileName)
    guard let kind = document[RunManifest.kindKey]?.stringValue.flatMap(RunManifest.Kind.init(rawValue:)),
      kinds.contains(kind)
    else {
      let names = kinds.map { "'\($0.rawValue)'" }.joined(separator: " or ")
      throw .damaged(
        file: manifestPath, line: nil,
        reason: "field '\(RunManifest.kindKey)' is not \(names): this is no run directory")
    }
    self.kind = kind
    var tables: [TidyTable] = []
    guard let resources = document["resources"]?.arrayValue else {
      throw .damaged(file: manifestPath, line: nil, reason: "field 'resources' is not a list")
    }
    for (index, resource) in resources.enumerated() {
      tables.append(try Self.table(resource, index: index, directory: directory))
    }
    self.tables = tables
    var pictures: [RunFile] = []
    for entry in document[RunManifest.filesKey]?.arrayValue ?? [] {
      guard let path = entry.stringValue, path.hasPrefix("plots/") else { continue }
      guard Self.isPlain(path, folder: "plots", endings: ["svg", "png"]) else {
        throw .damaged(file: manifestPath, line: nil, reason: "'\(path)' is not a picture in plots/")
      }
      pictures.append(RunFile(path: path, bytes: [UInt8](try Self.contents(directory, path))))
    }
    self.pictures = pictures
    verdicts =
      kind == .verify ? try RecordedVerdicts.document(directory + "/" + VerdictsDocument.fileName) : nil
  }

  private static func table(_ resource: JSONValue, index: Int, directory: String) throws(ReportingError)
    -> TidyTable
  {
    let manifest = directory + "/" + RunManifest.fileName
    guard let path = resource["path"]?.stringValue, isPlain(path, folder: "tables", endings: ["csv"]) else {
      throw .damaged(
        file: manifest, line: nil, reason: "resources[\(index)]: field 'path' is not a CSV file in tables/")
    }
    guard let fields = resource["schema"]?["fields"]?.arrayValue else {
      throw .damaged(
        file: manifest, line: nil, reason: "resources[\(index)] (\(path)): field 'schema' has no fields")
    }
    var columns: [ColumnDescription] = []
    for field in fields {
      guard let name = field["name"]?.stringValue, let type = field["type"]?.stringValue else {
        throw .damaged(
          file: manifest, line: nil, reason: "resources[\(index)] (\(path)): a field has no name or no type")
      }
      columns.append(
        ColumnDescription(
          name: name, type: type, unit: field["unit"]?.stringValue,
          description: field["description"]?.stringValue ?? ""))
    }
    let file = directory + "/" + path
    guard let text = String(data: try contents(directory, path), encoding: .utf8) else {
      throw .damaged(file: file, line: nil, reason: "the table is not UTF-8 text")
    }
    let table: CSVTable
    do throws(InterchangeError) {
      table = try CSVTable(parsing: text, file: file)
    } catch {
      if case .damaged(_, let line, _, let reason) = error {
        throw .damaged(file: file, line: line, reason: reason)
      }
      throw .damaged(file: file, line: nil, reason: error.description)
    }
    guard table.header == columns.map(\.name) else {
      throw .damaged(
        file: file, line: 1,
        reason: "the header '\(table.header.joined(separator: ","))' is not that of \(RunManifest.fileName)")
    }
    try check(table, columns)
    return TidyTable(
      path: path, description: resource["description"]?.stringValue ?? "", columns: columns, text: text,
      rowCount: table.rows.count, nonFiniteCount: resource["non_finite_cells"]?.integerValue ?? 0)
  }

  /// Throws unless every cell of a numeric column is empty or a number of its type.
  private static func check(_ table: CSVTable, _ columns: [ColumnDescription]) throws(ReportingError) {
    for (row, cells) in table.rows.enumerated() {
      for (cell, column) in zip(cells, columns) where !cell.isEmpty {
        let fits: Bool
        switch column.type {
        case "integer": fits = Int(cell) != nil
        case "number": fits = DecimalText.parse(cell) != nil
        default: fits = true
        }
        guard fits else {
          throw .damaged(
            file: table.file, line: table.lineNumbers[row],
            reason: "column '\(column.name)': '\(cell.prefix(60))' is not of type \(column.type)")
        }
      }
    }
  }

  /// Whether `path` is `folder/name.ending` with a name of letters, digits, `.`, `_`, `+` and `-`: nothing that could lead elsewhere.
  private static func isPlain(_ path: String, folder: String, endings: [String]) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == folder, let name = parts.last, !name.hasPrefix("."),
      endings.contains(where: { name.hasSuffix("." + $0) })
    else { return false }
    return name.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "._+-".unicodeScalars.contains(scalar))
    }
  }

  /// The JSON file `name` of `directory`.
  static func json(_ directory: String, _ name: String) throws(ReportingError) -> JSONValue {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue
    else {
      throw .missing(
        file: directory, reason: isDirectory.boolValue ? "it cannot be read" : "there is no such directory")
    }
    let data = try contents(directory, name)
    do throws(InterchangeError) {
      return try JSONValue(parsing: data, file: directory + "/" + name)
    } catch {
      if case .damaged(let file, let line, _, let reason) = error {
        throw .damaged(file: file, line: line, reason: reason)
      }
      throw .damaged(file: directory + "/" + name, line: nil, reason: error.description)
    }
  }

  private static func contents(_ directory: String, _ name: String) throws(ReportingError) -> Data {
    let path = directory + "/" + name
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw .missing(file: path, reason: "there is no such file")
    }
    // A link could pull any file of the user into the export; a pipe could block for ever.
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw .damaged(file: path, line: nil, reason: "it is not a regular file")
    }
    guard let size = attributes[.size] as? Int, size <= largestFile else {
      throw .damaged(
        file: path, line: nil, reason: "it is larger than the \(largestFile) bytes that are read")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .missing(file: path, reason: String(cString: strerror(errno)))
    }
    return data
  }
}
