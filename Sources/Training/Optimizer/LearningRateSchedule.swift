import Foundation

/// The learning rate of each step: a linear warm-up, then constant or half a cosine down to a floor.
public struct LearningRateSchedule: Sendable, Hashable {
  /// What follows the warm-up.
  public enum Shape: String, Sendable, Hashable, CaseIterable {
    /// The peak for ever.
    case constant
    /// From the peak to the floor over the remaining steps, then the floor.
    case cosine
  }

  /// What follows the warm-up.
  public var shape: Shape
  /// The largest learning rate, not negative.
  public var peak: Double
  /// Steps until the peak; 0 begins there.
  public var warmUpSteps: Int
  /// Steps of the run; of use to the cosine alone.
  public var totalSteps: Int
  /// The cosine's end as a share of the peak, in [0, 1].
  public var floor: Double

  /// A schedule.
  ///
  /// - Precondition: values in their ranges.
  public init(
    shape: Shape = .constant, peak: Double, warmUpSteps: Int = 0, totalSteps: Int = 0, floor: Double = 0
  ) {
    precondition(peak >= 0 && peak.isFinite, "the peak is \(peak)")
    precondition(warmUpSteps >= 0, "\(warmUpSteps) warm-up steps")
    precondition(totalSteps >= 0, "\(totalSteps) steps")
    precondition((0...1).contains(floor), "the floor is \(floor)")
    self.shape = shape
    self.peak = peak
    self.warmUpSteps = warmUpSteps
    self.totalSteps = totalSteps
    self.floor = floor
  }

  /// The learning rate of step s, counted from 0.
  ///
  /// During warm-up of w steps peak · (s+1)/w, so that no step is lost on a rate of 0; then the peak, or peak · (f + (1−f)(1 + cos πx)/2) with
  /// x = (s−w)/(total−w), at most 1.
  ///
  /// - Precondition: `step >= 0`.
  public func rate(step: Int) -> Double {
    precondition(step >= 0, "step \(step)")
    if step < warmUpSteps { return peak * Double(step + 1) / Double(warmUpSteps) }
    switch shape {
    case .constant: return peak
    case .cosine:
      guard totalSteps > warmUpSteps else { return peak * floor }
      let progress = min(1, Double(step - warmUpSteps) / Double(totalSteps - warmUpSteps))
      return peak * (floor + (1 - floor) * (1 + cos(.pi * progress)) / 2)
    }
  }
}
