extension ReleasedAllocatorBeatsUniform {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "released-allocator-beats-uniform", section: .allocation,
    statement:
      "The released water-level allocator (floor, cap, mastery cut, minimum priority) has lower variance than uniform at equal budget.",
    formula: "E[V(released)/V(uniform)] < 1",
    source: "dynamoRelease2026",
    aim: "Where the rule that actually runs lowers the total variance, and where it raises it.",
    worlds: [
      "batches of 64 pass rates from six beta distributions, σ² = P",
      "batches from eleven populations, true variances of three estimators",
      "batches of 512 pass rates, beside an earlier measurement of the same rule",
      "two prompts, all counts enumerated",
    ],
    estimand: "the mean of V(released)/V(uniform) over batches and counts; V exact for each",
    methods: [
      "released priorities and water level on counts of 16", "the same on counts of 160",
      "the parts of the rule alone: noise, mastery cut, water level with P and √P, bounded optimum",
      "priorities reversed (control)",
    ],
    performance: [
      "relative_variance", "reference_value", "z_against_reference", "expected_total_variance",
      "z_against_exact",
    ],
    decisionRule:
      "For each population, measure and sample size: supported if the mean is below 1, refuted if above, by anytime-valid betting tests. The parts and the comparison with the earlier measurement are reported, not judged.",
    margin: 0, negativeControl: "with priorities reversed it has lower variance than uniform",
    targetStandardError: 0.002,
    parameters: [
      "batch": [64], "each": [16], "low": [8], "high": [24], "samples": [16, 160], "control_samples": [160],
      "batches": [600, 8000, 80_000], "counterexample_samples": [16], "large_batch": [512],
      "seeds": [20, 100, 1000], "part_samples": [16, 160], "mastery_cut": [0.85],
      "minimum_priority": [0.01], "exact_p": [0.25, 0.625], "exact_samples": [16],
      "replicates": [2000, 20_000, 200_000],
      // METHODS C6, one number for each beta population in its order; means over 20 seeds of standard deviation at most 0.013.
      "reference_seeds": [20], "reference_deviation": [0.013],
      "reference_released_16": [0.850, 0.938, 0.981, 1.011, 0.873, 0.915],
      "reference_noise_only": [0.803, 0.908, 0.959, 0.994, 0.863, 0.866],
      "reference_cut_only": [0.807, 0.894, 0.946, 0.982, 0.832, 0.881],
      "reference_affine_proxy": [0.752, 0.874, 0.935, 0.978, 0.824, 0.824],
      "reference_released_160": [0.814, 0.899, 0.949, 0.985, 0.837, 0.885],
      "reference_affine_root": [0.777, 0.898, 0.950, 0.983, 0.854, 0.854],
      "reference_bounded_optimum": [0.749, 0.870, 0.932, 0.977, 0.819, 0.819],
    ])
}
