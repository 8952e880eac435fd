extension LoggedVarianceProxyUnbiased {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "logged-variance-proxy-unbiased", section: .estimation,
    statement:
      "verl's logged variance proxy, mean A²·W minus the squared gradient norm (over n − 1), estimates the variance of the batch gradient without bias.",
    formula: "E[(mean_i A_i² W_i − ‖ĝ‖²)/(n−1)] = tr Cov ĝ,  W = Σ_t (1 − 2π_t + Σπ²)",
    source: "verl (metric variance_proxy/proxy3_pure_noise, before its cut at 0)",
    aim: "For which estimators and parametrisations the logged number has the right mean.",
    worlds: [
      "a one-step prompt", "sequences with separate logits for every prefix", "sequences with shared logits",
    ],
    estimand: "the expectation of the logged number and tr Cov ĝ, both exact by enumeration",
    methods: ["reinforce", "value-baseline", "rloo", "grpo", "dr-grpo"],
    performance: [
      "expected_logged_proxy", "trace_variance", "relative_bias", "simulated_logged_proxy", "z_against_exact",
    ],
    decisionRule:
      "supported if the relative bias is at most `margin` (rounding error), else refuted; for each estimator and world.",
    margin: 1e-9,
    negativeControl: "with n in place of n − 1 it is unbiased for REINFORCE",
    targetStandardError: 0.01,
    parameters: ["group": [8], "counterexample_group": [2], "replicates": [4000, 40_000, 400_000]])
}
