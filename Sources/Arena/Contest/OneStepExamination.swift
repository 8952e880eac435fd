import Allocation
import Statistics

/// The next step of a rule, examined many times from one state.
///
/// A uniform run makes the state and the history, the same for every rule; the rule is shown that run's outcomes. Then its next step is drawn again and again, each time with prompts and random numbers of its own. With replicates g_1…g_R:
///
///     ‖E g‖² = mean over a ≠ b of ⟨g_a, g_b⟩,   V = mean ‖g‖² − ‖E g‖²,   (E g · ∇J)² = mean over a ≠ b of ⟨g_a, ∇J⟩⟨g_b, ∇J⟩
///
/// all three unbiased; they, and so what is made of them, may be negative by chance. The best step along a noisy gradient on a function of curvature L improves it by `(E g·∇J)²/(2L(‖E g‖² + V))`; over the `‖∇J‖²/(2L)` of the exact gradient this is `improvement`, whatever the scale of g; a step that costs more rollouts may gain more, which is why the contest also reports it over the cost.
public struct OneStepExamination: Sendable, Hashable {
  /// V, the total variance of the step's gradient: rollouts, and the draw of prompts.
  public var variance: Double
  /// ‖E g‖²; may be negative by chance.
  public var squaredMean: Double
  /// `(E g·∇J)²/(‖∇J‖² E‖g‖²)`: the expected improvement of the best step relative to the exact gradient's.
  public var improvement: Double
  /// The cosine of E g and ∇J; below 1 where the rule's objective is another; nil where noise hides ‖E g‖.
  public var cosine: Double?
  /// Mean rollouts of a step; nil where part of them is for later ones.
  public var rollouts: Double?

  /// Examines `contender` from the state that `steps` uniform steps lead to, `replicates` times.
  ///
  /// Nil where the rule carries prompts over to its next step: they are not drawn anew, so that replicates would be about them alone. Of a rule that keeps groups for later it is the step with which nothing waits. Throws where the rule refuses the step.
  public static func examine(
    _ contender: Contender, world: ArenaWorld, setting: ArenaSetting, steps: Int, replicates: Int,
    seed: UInt64
  ) throws(AllocationError) -> OneStepExamination? {
    precondition(replicates > 1, "\(replicates) replicates")
    var state = ArenaState(world, seed: seed)
    var shown = contender.rule
    // The history is not the contender's, so that bounds that do not admit it are no reason to refuse.
    var history = setting.driver
    history.bounds = .none
    var uniform = RuleDriver(Contender(.uniform), world: world, setting: history, seed: seed)
    var offers = RandomStream(StreamKey(seed: seed, claim: "arena/offers/\(world.name)"))
    // The history is the first part of a run, as far as drift is concerned.
    let pace = Double(setting.promptsPerStep * setting.rolloutsPerPrompt) / Double(setting.rollouts)
    for step in 0..<steps {
      state.moveClock(to: Double(step) * pace)
      let (gradient, _) = try uniform.step(&state)
      // A selector may learn from the features of what it was offered.
      _ = shown.selector.select(
        uniform.outcomes.map { state.record($0.prompt, knowsTruth: false) }, count: uniform.outcomes.count,
        stream: &offers)
      shown.observe(uniform.outcomes)
      state.apply(gradient)
    }
    guard shown.starter.carriedOver().isEmpty else { return nil }
    // Drift up to date, so that the replicates meet the probabilities that the exact gradient is made of.
    for i in 0..<world.count { state.settle(i) }
    let exact = state.exactGradient()
    var own = exact.own.map { _ in 0.0 }
    var clusters = exact.clusters.map { _ in 0.0 }
    var (squares, coordinates, along, alongSquares, rollouts) = (0.0, 0.0, 0.0, 0.0, 0)
    for replicate in 1...replicates {
      var copy = state
      var driver = RuleDriver(
        Contender(shown, knowsTruth: contender.knowsTruth), world: world, setting: setting.driver, seed: seed,
        replicate: replicate)
      let (gradient, cost) = try driver.step(&copy)
      let square = copy.squaredNorm(of: gradient)
      squares += square
      coordinates += square - gradient.across
      let signal = inner(gradient, exact, state: state)
      along += signal
      alongSquares += signal * signal
      rollouts += cost.rollouts
      state.accumulate(gradient, own: &own, clusters: &clusters)
    }
    let count = Double(replicates)
    let whole = (own + clusters).reduce(0) { $0 + $1 * $1 }
    let squaredMean = (whole - coordinates) / (count * (count - 1))
    let truth = (exact.own + exact.clusters).reduce(0) { $0 + $1 * $1 }
    let squaredSignal = (along * along - alongSquares) / (count * (count - 1))
    let cosine =
      squaredMean > 0 && truth > 0 ? along / count / (squaredMean * truth).squareRoot() : nil
    return OneStepExamination(
      variance: squares / count - squaredMean, squaredMean: squaredMean,
      improvement: squares > 0 && truth > 0 ? squaredSignal / (truth * squares / count) : 0,
      cosine: cosine, rollouts: shown.sampler.keepsSurplus ? nil : Double(rollouts) / count)
  }

  private static func inner(
    _ gradient: ArenaGradient, _ exact: (own: [Double], clusters: [Double]), state: ArenaState
  ) -> Double {
    var own = 0.0
    for (i, g) in zip(gradient.prompts, gradient.values) { own += g * state.along(i, exact) }
    return own
  }
}
