import Claims
import Foundation
import Interchange
import Training

/// The verdicts of an earlier run, read back from its `verdicts.json`.
public enum RecordedVerdicts {
  /// The largest document that is read, in bytes.
  public static let largestSize = 512 << 20

  /// Reads and checks the document at `path`.
  public static func document(_ path: String) throws(ReportingError) -> JSONValue {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue
    else {
      throw .missing(
        file: path, reason: isDirectory.boolValue ? "it is a directory" : "there is no such file")
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    guard size <= largestSize else {
      throw .damaged(
        file: path, line: nil,
        reason: "the file has \(size) bytes, more than the \(largestSize) that are read")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .missing(file: path, reason: String(cString: strerror(errno)))
    }
    let document: JSONValue
    do throws(InterchangeError) {
      document = try JSONValue(parsing: data, file: path)
    } catch {
      if case .damaged(_, let line, _, let reason) = error {
        throw .damaged(file: path, line: line, reason: reason)
      }
      throw .damaged(file: path, line: nil, reason: error.description)
    }
    guard document["schema"]?.stringValue == VerdictsDocument.schema else {
      throw .damaged(file: path, line: nil, reason: "field 'schema' is not '\(VerdictsDocument.schema)'")
    }
    guard document["claims"]?.arrayValue != nil else {
      throw .damaged(file: path, line: nil, reason: "field 'claims' is not a list")
    }
    return document
  }

  /// The verdict of each claim in the document at `path`.
  ///
  /// A verdict of another specification than that of `claims` is an error: a lock that recorded it would compare unlike things.
  public static func read(_ path: String, claims: [any Claim]) throws(ReportingError) -> [String: Verdict] {
    let document = try document(path)
    // Not examined by a claim's code, but its rule is locked like theirs.
    let known =
      claims.map { ($0.specification.id, $0.specification.sha256) }
      + [(DynamoTrainsBetter.id, DynamoTrainsBetter.specificationHash)]
    var result: [String: Verdict] = [:]
    for (index, entry) in (document["claims"]?.arrayValue ?? []).enumerated() {
      guard let id = entry["id"]?.stringValue else {
        throw .damaged(file: path, line: nil, reason: "claims[\(index)]: field 'id' is not a text")
      }
      guard let text = entry["verdict"]?.stringValue, let verdict = Verdict(rawValue: text) else {
        throw .damaged(
          file: path, line: nil, reason: "claims[\(index)] (\(id)): field 'verdict' is not a verdict")
      }
      guard let specification = known.first(where: { $0.0 == id }) else { continue }
      guard entry["spec_sha256"]?.stringValue == specification.1 else {
        throw .damaged(
          file: path, line: nil,
          reason:
            "claims[\(index)] (\(id)): the verdict belongs to another specification; run `\(id == DynamoTrainsBetter.id ? DynamoTrainsBetter.examinedBy : "allot verify")` again"
        )
      }
      result[id] = verdict
    }
    return result
  }
}
