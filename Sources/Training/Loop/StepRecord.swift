/// The metrics of one step, in the order of the file.
///
/// A value is nil where the step did not measure it. Wall-clock times are not among them: the metrics of a resumed run are those of an undisturbed one, bit for bit.
public struct StepRecord: Sendable, Hashable {
  /// One named number.
  public struct Metric: Sendable, Hashable {
    /// The name, as it stands in `metrics.jsonl`.
    public var name: String
    /// The number; nil where it was not measured.
    public var value: Double?

    /// A named number.
    public init(name: String, value: Double?) {
      self.name = name
      self.value = value
    }
  }

  /// The step, from 1.
  public var step: Int
  /// The metrics.
  public var metrics: [Metric]

  /// A record of these metrics.
  public init(step: Int, metrics: [Metric]) {
    self.step = step
    self.metrics = metrics
  }

  /// The metric of a name.
  public subscript(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
}
