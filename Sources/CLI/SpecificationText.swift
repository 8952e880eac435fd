import Claims
import Foundation
import Reporting
import Training

/// A specification in plain text, under the ADEMP headings.
enum SpecificationText {
  /// The text of `specification`, with how it stands to `lock`.
  static func text(_ specification: ClaimSpecification, _ lock: ClaimLock?) -> String {
    var lines: [String] = []
    func add(_ name: String, _ values: [String]) { lines += field(name, values) }
    add("claim", [specification.id])
    add("section", [specification.section.rawValue])
    add("statement", [specification.statement])
    add("formula", [specification.formula])
    add("source", [specification.source])
    add("aim", [specification.aim])
    add("worlds", specification.worlds)
    add("estimand", [specification.estimand])
    add("methods", specification.methods)
    add("performance", specification.performance)
    add("decision rule", [specification.decisionRule])
    add("margin", ["\(specification.margin)"])
    add("negative control", [specification.negativeControl])
    add("family error", ["\(Judgement.familyError)"])
    add("target error", ["\(specification.targetStandardError)"])
    let parameters = specification.parameters.sorted { $0.key < $1.key }
    add(
      "parameters",
      parameters.map { "\($0.key) = \($0.value.map { String(format: "%g", $0) }.joined(separator: ", "))" })
    add("sha256", [specification.sha256])
    add("registration", [(lock?.registration(of: specification) ?? .exploratory).rawValue])
    return lines.map { $0 + "\n" }.joined()
  }
  /// The text of the specification that `allot compare` examines.
  static func training(_ lock: ClaimLock?) -> String {
    let fields: [(String, [String])] = [
      ("claim", [DynamoTrainsBetter.id]),
      ("section", [ClaimSection.learning.rawValue]),
      ("statement", [DynamoTrainsBetter.statement]),
      ("formula", [DynamoTrainsBetter.formula]),
      ("source", [DynamoTrainsBetter.source]),
      ("examined by", ["`\(DynamoTrainsBetter.examinedBy)`, not by `allot verify`"]),
      ("methods", DynamoTrainsBetter.variants.map { "\($0.method) (\($0.label))" }),
      ("reference", [DynamoTrainsBetter.reference]),
      ("decision rule", [DynamoTrainsBetter.decisionRule]),
      ("margin", ["\(DynamoTrainsBetter.margin)"]),
      ("negative control", [DynamoTrainsBetter.controlStatement]),
      ("family error", ["\(DynamoTrainsBetter.familyError)"]),
      ("power", ["\(DynamoTrainsBetter.power)"]),
      ("fewest seeds", ["\(DynamoTrainsBetter.minimumSeeds)"]),
      ("sha256", [DynamoTrainsBetter.specificationHash]),
      ("registration", [DynamoTrainsBetter.registration(lock).rawValue]),
    ]
    return fields.flatMap { field($0.0, $0.1) }.map { $0 + "\n" }.joined()
  }

  /// The lines of one heading: wrapped, with a bullet before each of several values.
  private static func field(_ name: String, _ values: [String]) -> [String] {
    values.enumerated().flatMap { index, value in
      AlignedText.wrap(value, width: 88).enumerated().map { part, line in
        let label = index == 0 && part == 0 ? name : ""
        let bullet = values.count > 1 ? (part == 0 ? "- " : "  ") : ""
        return label.padding(toLength: 20, withPad: " ", startingAt: 0) + bullet + line
      }
    }
  }
}
