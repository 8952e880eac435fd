extension ProxyHoldsForGradedRewards {
  /// The specification that is locked.
  public static let registered = ClaimSpecification(
    id: "proxy-holds-for-graded-rewards", section: .estimation,
    statement: "The reward variance is an equally good proxy when rewards are graded rather than binary.",
    formula: "P(Var R orders two prompts as V does | graded) ≥ P(… | binary) − margin",
    source: "the referees' report (reading between the lines)",
    aim:
      "Whether the reward variance orders prompts by gradient variance as well with graded rewards as with the same rewards cut at one half.",
    worlds: [
      "four one-step populations; each action's reward is a random level of 0, ¼, ½, ¾, 1",
      "all small worlds with rewards 0, ½, 1",
    ],
    estimand:
      "the difference of concordance probabilities, paired on policies and rewards; exact variance by the oracle",
    methods: ["reinforce", "value-baseline", "rloo G=4", "grpo G=4"],
    performance: [
      "concordance_graded_minus_binary", "spearman", "pearson", "trace_variance", "z_against_exact",
    ],
    decisionRule:
      "For each estimator and population: supported if the difference exceeds −`margin`, refuted if it falls below, by anytime-valid betting tests.",
    margin: 0.05,
    negativeControl: "the mean reward is as good a proxy as the reward variance",
    targetStandardError: 0.01,
    parameters: [
      "pairs": [3000, 20_000, 200_000], "levels": [5], "points": [100, 250, 1000], "small_denominator": [6],
      "replicates": [4000, 40_000, 400_000],
    ])
}
