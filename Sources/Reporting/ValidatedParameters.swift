import Claims
import Interchange

/// `validated-parameters.json`: which parameters a trainer may use, because a settled claim backs them.
///
/// The list is explicit: a parameter is backed by the claims named here and by nothing else.
public enum ValidatedParameters {
  /// A parameter value and the claims that must have settled in its favour.
  public struct Candidate: Sendable, Hashable {
    /// The parameter.
    public var name: String
    /// Its value.
    public var value: String
    /// The claims that back it, all of them needed.
    public var backing: [Backing]
  }

  /// A claim that backs a value: the whole claim, or its sub-verdicts on one estimator or method.
  public struct Backing: Sendable, Hashable {
    /// The claim's identifier.
    public var claim: String
    /// The estimator or method whose sub-verdicts count; nil for the claim's own verdict.
    public var method: String?

    /// The claim's own verdict.
    public static func claim(_ id: String) -> Backing { Backing(claim: id, method: nil) }
    /// The weakest sub-verdict on `method`.
    public static func claim(_ id: String, method: String) -> Backing { Backing(claim: id, method: method) }
  }

  /// Every parameter value that a settled claim could back.
  public static let candidates: [Candidate] = [
    Candidate(
      name: "success_variance_estimator", value: "unbiased-sample-variance",
      backing: [.claim("sample-variance-unbiased")]),
    Candidate(name: "allocation_rule", value: "neyman", backing: [.claim("neyman-optimal")]),
    Candidate(
      name: "allocation_rule", value: "proportional",
      backing: [.claim("proxy-allocation-optimal", method: "proportional")]),
    Candidate(
      name: "allocation_rule", value: "root", backing: [.claim("proxy-allocation-optimal", method: "root")]),
    Candidate(
      name: "allocation_rule", value: "score-aware",
      backing: [.claim("proxy-allocation-optimal", method: "score-aware")]),
    Candidate(
      name: "allocation_rule", value: "minimax",
      backing: [.claim("bound-transfers-optimality", method: "minimax")]),
    Candidate(
      name: "allocation_rule", value: "released", backing: [.claim("released-allocator-beats-uniform")]),
    Candidate(
      name: "allocation_input", value: "estimated-proxy", backing: [.claim("estimated-proxy-keeps-gain")]),
    Candidate(
      name: "variance_model", value: "sigma-squared-over-n", backing: [.claim("variance-falls-as-one-over-n")]
    ),
    Candidate(
      name: "variance_proxy", value: "bernoulli-variance", backing: [.claim("proxy-tracks-variance")]),
    Candidate(
      name: "variance_proxy_of_grpo", value: "bernoulli-variance",
      backing: [.claim("normalised-variance-follows-proxy")]),
    Candidate(
      name: "logged_variance_proxy", value: "verl", backing: [.claim("logged-variance-proxy-unbiased")]),
    Candidate(
      name: "graded_reward_proxy", value: "reward-variance",
      backing: [.claim("proxy-holds-for-graded-rewards")]),
  ]

  /// The file's name inside a run directory.
  public static let fileName = "validated-parameters.json"

  /// The document for `outcomes`: `parameters` that are backed, `rejected` ones with the reason, `unsettled` ones with what is missing.
  public static func json(_ outcomes: [ClaimOutcome], candidates: [Candidate] = candidates) -> JSONValue {
    var parameters: [JSONValue] = []
    var rejected: [JSONValue] = []
    var unsettled: [JSONValue] = []
    for candidate in candidates {
      let found = candidate.backing.map { Judged($0, outcomes) }
      let head: [(String, JSONValue)] = [
        ("name", .string(candidate.name)), ("value", .string(candidate.value)),
      ]
      let claims = JSONValue.array(found.compactMap(\.json))
      if found.contains(where: { $0.verdict == .refuted }) {
        let reasons = found.filter { $0.verdict == .refuted }.map(\.reason)
        rejected.append(
          .object(head + [("claims", claims), ("reason", .string(reasons.joined(separator: "; ")))]))
      } else if found.allSatisfy({ $0.verdict == .supported || $0.verdict == .supportedWhen }) {
        let conditions = found.filter { $0.verdict == .supportedWhen }.compactMap(\.condition)
        let condition = conditions.isEmpty ? nil : conditions.joined(separator: "; ")
        parameters.append(.object(head + [("claims", claims), ("condition", .optional(condition))]))
      } else {
        let reasons = found.filter { $0.verdict != .supported && $0.verdict != .supportedWhen }.map(\.reason)
        unsettled.append(
          .object(head + [("claims", claims), ("reason", .string(reasons.joined(separator: "; ")))]))
      }
    }
    return .object([
      ("schema", .string("allot-validated-parameters/1")), ("parameters", .array(parameters)),
      ("rejected", .array(rejected)), ("unsettled", .array(unsettled)),
    ])
  }

  /// What the run says of one backing.
  private struct Judged {
    var backing: Backing
    var hash: String?
    var verdict: Verdict?
    var condition: String?

    init(_ backing: Backing, _ outcomes: [ClaimOutcome]) {
      self.backing = backing
      guard let outcome = outcomes.first(where: { $0.specification.id == backing.claim }) else { return }
      hash = outcome.specification.sha256
      guard let method = backing.method else {
        verdict = outcome.verdict
        condition = outcome.condition
        return
      }
      let parts = outcome.subVerdicts.filter { $0.estimator == method }
      guard !parts.isEmpty else { return }
      // Without a refuted control the examination showed no power, so none of its parts backs anything.
      verdict = outcome.controlVerdict == .refuted ? Verdict.weakest(parts.map(\.verdict)) : .inconclusive
      let conditions = parts.compactMap { $0.verdict == .supportedWhen ? $0.condition : nil }
      var seen: Set<String> = []
      let distinct = conditions.filter { seen.insert($0).inserted }
      condition = distinct.isEmpty ? outcome.condition : distinct.joined(separator: "; ")
    }

    var subject: String { backing.method.map { "\(backing.claim) for \($0)" } ?? backing.claim }

    var reason: String { "\(subject) is \(verdict?.rawValue ?? "not examined in this run")" }

    var json: JSONValue? {
      guard let hash, let verdict else { return nil }
      return .object([
        ("id", .string(backing.claim)), ("spec_sha256", .string(hash)),
        ("verdict", .string(verdict.rawValue)),
      ])
    }
  }
}
