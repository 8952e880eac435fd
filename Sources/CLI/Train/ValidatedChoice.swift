import Claims
import Foundation
import Interchange
import Reporting
import Training

/// Whether the parameters that a method needs are backed by settled claims.
struct ValidatedChoice {
  /// One parameter of the method, and why it is not backed; nil where it is.
  struct Need {
    var name: String
    var value: String
    /// The condition under which it was validated.
    var condition: String?
    /// Why it is not backed.
    var refusal: String?
  }

  /// What the method needs.
  let needs: [Need]
  /// Where the parameters were read from.
  let source: String

  /// Looks the parameters of `method` up in the document at `path`, or in the built-in one, that of the reference run.
  init(_ method: Method, path: String?) throws(CommandFailure) {
    let bytes: [UInt8]
    if let path {
      bytes = try InputFile.bytes(path)
      source = path
    } else {
      bytes = PackageResources.validated_parameters_json
      source = "the built-in parameters, those of the reference run"
    }
    let document: JSONValue
    do throws(InterchangeError) { document = try JSONValue(parsing: bytes, file: source) } catch {
      throw CommandFailure(error)
    }
    guard document["schema"]?.stringValue == "allot-validated-parameters/1" else {
      throw CommandFailure(.inputData, "\(source): it is no 'allot-validated-parameters/1' document")
    }
    needs = method.requiredParameters.map { Self.need($0.name, $0.value, document) }
  }

  /// The needs that no settled claim backs.
  var refused: [Need] { needs.filter { $0.refusal != nil } }

  /// Throws unless everything is backed or `allowsUnvalidated`.
  func check(method: String, allowsUnvalidated: Bool) throws(CommandFailure) {
    guard !refused.isEmpty, !allowsUnvalidated else { return }
    let lines = refused.map { "\($0.name) = \($0.value): \($0.refusal ?? "")" }
    throw CommandFailure(
      .inputData,
      "the method '\(method)' uses parameters that no settled claim backs, according to \(source):\n       "
        + lines.joined(separator: "\n       ")
        + "\n       Give --allow-unvalidated to train with them all the same; the run's metadata will say so."
    )
  }

  /// The entry of `run.json`.
  var json: JSONValue {
    .object([
      ("source", .string(source)),
      (
        "parameters",
        .array(
          needs.map { need in
            .object([
              ("name", .string(need.name)), ("value", .string(need.value)),
              ("validated", .bool(need.refusal == nil)),
              ("condition", need.condition.map { .string($0) } ?? .null),
              ("reason", need.refusal.map { .string($0) } ?? .null),
            ])
          })
      ),
    ])
  }

  private static func need(_ name: String, _ value: String, _ document: JSONValue) -> Need {
    func entry(_ list: String) -> JSONValue? {
      document[list]?.arrayValue?.first {
        $0["name"]?.stringValue == name && $0["value"]?.stringValue == value
      }
    }
    if let backed = entry("parameters") {
      // A document of another version may speak of claims that have been specified anew since.
      for claim in backed["claims"]?.arrayValue ?? [] {
        let id = claim["id"]?.stringValue ?? ""
        let present = allClaims.first { $0.specification.id == id }?.specification.sha256
        guard present != nil, present == claim["spec_sha256"]?.stringValue else {
          return Need(
            name: name, value: value,
            refusal: "the specification of '\(id)' is not the one that was examined; run allot verify")
        }
      }
      return Need(name: name, value: value, condition: backed["condition"]?.stringValue)
    }
    let reason =
      entry("rejected")?["reason"]?.stringValue ?? entry("unsettled")?["reason"]?.stringValue
      ?? "no claim speaks of it"
    return Need(name: name, value: value, refusal: reason)
  }
}
