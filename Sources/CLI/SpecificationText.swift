import Claims
import Foundation
import Reporting

/// A specification in plain text, under the ADEMP headings.
enum SpecificationText {
  /// The text of `specification`, with how it stands to `lock`.
  static func text(_ specification: ClaimSpecification, _ lock: ClaimLock?) -> String {
    var lines: [String] = []
    func add(_ name: String, _ values: [String]) {
      for (index, value) in values.enumerated() {
        for (part, line) in AlignedText.wrap(value, width: 88).enumerated() {
          let label = index == 0 && part == 0 ? name : ""
          let bullet = values.count > 1 ? (part == 0 ? "- " : "  ") : ""
          lines.append(label.padding(toLength: 20, withPad: " ", startingAt: 0) + bullet + line)
        }
      }
    }
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
}
