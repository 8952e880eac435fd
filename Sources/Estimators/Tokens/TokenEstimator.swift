import Policies
import Statistics

/// A token-level estimator that advantages alone do not determine.
///
/// ```
/// ĝ = (1/G) Σ_i Σ_t [A_{i,t} s_{i,t} + v_x]
/// ```
///
/// `rule` writes A; v_x is what a token of state x adds whatever it is, as the gradient of an entropy bonus; a `lottery` draws A anew, given the group, about the mean that `rule` writes.
public struct TokenEstimator: Sendable {
  /// The rule; its mean over the draw, where it draws.
  public var rule: TokenRule
  /// v of every block of logits, K numbers each; nil for none.
  public var addition: [Double]?
  /// The draw of a rule that does not follow from the group alone; nil for none.
  public var lottery: Lottery?

  /// A draw of advantages, given the group.
  public struct Lottery: Sendable {
    /// Writes advantages as one draw has them, as a function of the stream and the group.
    public var draw: @Sendable (TokenGroup, UnsafeMutableBufferPointer<Double>, RandomStream) -> Void
    /// The trace of the covariance of ĝ over draws, for the group.
    public var variance: @Sendable (TokenGroup) -> Double

    /// A draw with its variance.
    public init(
      draw: @escaping @Sendable (TokenGroup, UnsafeMutableBufferPointer<Double>, RandomStream) -> Void,
      variance: @escaping @Sendable (TokenGroup) -> Double
    ) {
      self.draw = draw
      self.variance = variance
    }
  }

  /// An estimator; by default its rule alone.
  public init(rule: @escaping TokenRule, addition: [Double]? = nil, lottery: Lottery? = nil) {
    self.rule = rule
    self.addition = addition
    self.lottery = lottery
  }
}
