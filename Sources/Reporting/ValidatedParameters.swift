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

  /// A claim that backs a value: the whole claim, or its sub-verdicts on one method, on one population or on both.
  public struct Backing: Sendable, Hashable {
    /// The claim's identifier.
    public var claim: String
    /// The estimator or method whose sub-verdicts count; nil for all.
    public var method: String?
    /// The population whose sub-verdicts count; nil for all.
    public var population: String?

    /// The claim's own verdict, or the weakest sub-verdict on `method` and `population` where they are given.
    public static func claim(_ id: String, method: String? = nil, population: String? = nil) -> Backing {
      Backing(claim: id, method: method, population: population)
    }
  }

  /// Every parameter value that a settled claim could back.
  ///
  /// Methods and populations are named as the claims' sub-verdicts name them.
  public static let candidates: [Candidate] = [
    Candidate(
      name: "success_variance_estimator", value: "unbiased-sample-variance",
      backing: [.claim("sample-variance-unbiased")]),
    Candidate(name: "allocation_rule", value: "neyman", backing: [.claim("neyman-optimal")]),
    Candidate(name: "allocation_rule", value: "proportional", backing: [.claim("proxy-allocation-optimal")]),
    Candidate(name: "allocation_rule", value: "root", backing: [rootInTheWorstCase]),
    Candidate(name: "allocation_rule", value: "minimax", backing: [rootInTheWorstCase]),
    Candidate(
      name: "allocation_rule", value: "released", backing: [.claim("released-allocator-beats-uniform")]),
    Candidate(
      name: "allocation_pipeline", value: "released", backing: [.claim("released-rows-aligned")]),
    Candidate(
      name: "allocation_input", value: "estimated-proportional",
      backing: [.claim("estimated-proxy-keeps-gain", method: "P̂")]),
    Candidate(
      name: "allocation_input", value: "estimated-root",
      backing: [.claim("estimated-proxy-keeps-gain", method: "√P̂")]),
    Candidate(
      name: "allocation_input", value: "estimated-root-jeffreys",
      backing: [.claim("estimated-proxy-keeps-gain", method: "√E[P|k]")]),
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
    Candidate(
      name: "token_baseline", value: "score-weighted-state-baseline",
      backing: [.claim("modulation-unbiased", method: "score-weighted-state-baseline")]),
    tokenRule("fork-tokens"), tokenRule("entropy-advantages"), tokenRule("clip-cov"), tokenRule("kl-cov"),
    // λ + μ is the same on every prompt: a step size, so that the direction is all that counts.
    Candidate(
      name: "advantage_rule", value: "w-reinforce",
      backing: directions.map { .claim("modulation-unbiased", method: "w-reinforce", population: $0) }),
    advantageRule("psr"), advantageRule("nsr"),
    // Without the zeros in the denominator the scale depends on the prompt: no step size makes up for it.
    advantageRule("psr-as-released"), advantageRule("nsr-as-released"),
    modulation("published", method: "grpo+published-0.2"),
    modulation("released-5", method: "grpo+released-5"),
    modulation("released-6", method: "grpo+released-6"),
    Candidate(
      name: "gradient_compensation", value: "entropy-range",
      backing: [.claim("compensation-restores-gradient")]),
    Candidate(
      name: "update_stabilisation", value: "entropy-change",
      backing: [.claim("stabilisation-bounds-updates")]),
    Candidate(name: "entropy_change", value: "exact", backing: [.claim("entropy-change-exact")]),
    Candidate(name: "entropy_change", value: "released", backing: [.claim("released-entropy-change-agrees")]),
    Candidate(
      name: "update_size_indicator", value: "entropy-change",
      backing: [.claim("entropy-change-indicates-magnitude")]),
    // The norm lies between two multiples of 1 − π, whatever the rest of the distribution is.
    Candidate(
      name: "update_size_indicator", value: "one-minus-probability",
      backing: [.claim("score-norm-attenuates")]),
    Candidate(name: "step_size_signal", value: "entropy-change", backing: [.claim("entropy-as-step-size")]),
    Candidate(
      name: "allocation_objective", value: "lowest-variance",
      backing: [.claim("variance-optimal-learns-faster")]
    ),
  ]

  /// A rival's token rule is judged over leave-one-out, whose own mean is the gradient: what is lost is the rule's doing, and not that of the advantage it is used with.
  private static func tokenRule(_ value: String) -> Candidate {
    Candidate(
      name: "token_rule", value: value, backing: [.claim("modulation-unbiased", method: "rloo+\(value)")])
  }

  private static func advantageRule(_ value: String) -> Candidate {
    Candidate(name: "advantage_rule", value: value, backing: [.claim("modulation-unbiased", method: value)])
  }

  /// The sub-verdicts on the direction, one for each family of worlds.
  private static let directions = [
    "one token, two actions", "one token", "two tokens, two actions", "two tokens",
    "two tokens, shared logits",
  ].map { "\($0): direction (rival)" }

  /// A modulation is fit to train with if it leaves the direction of the gradient and lowers its variance.
  private static func modulation(_ value: String, method: String) -> Candidate {
    Candidate(
      name: "advantage_modulation", value: value,
      backing: [
        .claim("modulation-unbiased", method: method), .claim("modulation-reduces-variance", method: method),
      ])
  }

  /// n ∝ √P is the rule with the least largest variance among all σ² ≤ C·P; that is what this sub-verdict says, and no more.
  private static let rootInTheWorstCase = Backing.claim(
    "bound-transfers-optimality", method: "n ∝ √P", population: "worst case over σ² ≤ C·P")

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
      guard backing.method != nil || backing.population != nil else {
        verdict = outcome.verdict
        condition = outcome.condition
        return
      }
      let parts = outcome.subVerdicts.filter { part in
        (backing.method ?? part.estimator) == part.estimator
          && (backing.population ?? part.population) == part.population
      }
      guard !parts.isEmpty else { return }
      // Without a refuted control the examination showed no power, so none of its parts backs anything.
      verdict = outcome.controlVerdict == .refuted ? Verdict.weakest(parts.map(\.verdict)) : .inconclusive
      let conditions = parts.compactMap { $0.verdict == .supportedWhen ? $0.condition : nil }
      var seen: Set<String> = []
      let distinct = conditions.filter { seen.insert($0).inserted }
      condition = distinct.isEmpty ? outcome.condition : distinct.joined(separator: "; ")
    }

    var subject: String {
      let parts = [backing.method, backing.population].compactMap { $0 }
      return parts.isEmpty ? backing.claim : "\(backing.claim) for \(parts.joined(separator: ", "))"
    }

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
