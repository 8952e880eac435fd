extension SampleVarianceUnbiased {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "sample-variance-unbiased", section: .estimation,
    statement:
      "P̂ = k(G−k)/(G(G−1)) is an unbiased estimator of p(1−p), and its variance is P(1−4P)/G + 2P²/(G(G−1)).",
    formula: "E[k(G−k)] / (G(G−1)) = p(1−p);  Var P̂ = P(1−4P)/G + 2P²/(G(G−1))",
    source: "dynamo2026 (README formulas); variance derived from the fourth central moment",
    aim:
      "Whether the proxy's estimator has the mean and the variance it is said to have, for every p and G ≥ 2.",
    worlds: [
      "k ~ Binomial(G, p) on a grid of p and G", "fractions p = a/d exactly",
      "a path of p_t for pooled history",
    ],
    estimand: "E P̂ and Var P̂; exact by summing over k",
    methods: ["unbiased k(G−k)/(G(G−1))", "plug-in k(G−k)/G² (control)", "pooled over a drifting p"],
    performance: ["largest_relative_bias", "largest_relative_variance_error", "mean", "z_against_exact"],
    decisionRule:
      "mean: supported if the relative bias is at most `tolerance` on the grid and under adversarial search, and zero with fractions; variance: supported if the formula's relative error is at most `tolerance`; else refuted.",
    margin: 0.02,
    negativeControl: "the plug-in k(G−k)/G² has mean above (1 − margin) p(1−p)",
    targetStandardError: 1e-3,
    parameters: [
      "p": [0.001, 0.01, 0.05, 0.1, 0.25, 1.0 / 3, 0.5, 0.7, 0.9, 0.99, 0.999],
      "group": [2, 3, 4, 8, 16, 64, 256, 1024],
      // Sums of up to 1025 non-negative terms built by 1024 recursions: a relative error of a few thousand half ulps.
      "tolerance": [1e-12],
      "rational_denominator": [9], "rational_group": [7], "restarts": [16],
      "simulated_p": [0.3, 0.05], "simulated_group": [8], "replicates": [20_000, 200_000, 2_000_000],
      "drift_steps": [64], "drift_range": [0, 0.2, 0.8],
    ])
}
