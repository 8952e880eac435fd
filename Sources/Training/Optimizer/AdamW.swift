import CNumerics
import Foundation

/// AdamW: Adam with decoupled weight decay, after clipping the gradient's norm.
///
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← (1 − ηλ)w − η m̂ / (√v̂ + ε), with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ). Norm weights are not decayed:
/// they are scales around 1, and 0 is no simpler.
///
/// - Source: `loshchilov2019`, algorithm 2.
public struct AdamW: Sendable, Hashable {
  /// The settings of one run.
  public struct Settings: Sendable, Hashable {
    /// β₁, the memory of the mean, in [0, 1).
    public var beta1: Float
    /// β₂, the memory of the mean square, in [0, 1).
    public var beta2: Float
    /// ε, added to the root, positive.
    public var epsilon: Float
    /// λ, not negative.
    public var weightDecay: Float
    /// The largest norm of the gradient, positive; `nil` does not clip.
    public var maximumGradientNorm: Double?

    /// Settings, by default PyTorch's but for the decay, and a norm of at most 1.
    public init(
      beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0,
      maximumGradientNorm: Double? = 1
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.maximumGradientNorm = maximumGradientNorm
    }
  }

  /// The settings.
  public let settings: Settings
  /// The places of the parameters that are not decayed, in order.
  public let undecayed: [Range<Int>]
  /// m, one entry per parameter.
  public private(set) var first: [Float]
  /// v, one entry per parameter.
  public private(set) var second: [Float]
  /// Steps taken, t.
  public private(set) var stepCount: Int

  /// No step taken.
  ///
  /// - Precondition: settings in their ranges.
  public init(layout: ParameterLayout, settings: Settings = Settings()) {
    precondition(settings.beta1 >= 0 && settings.beta1 < 1, "β₁ is \(settings.beta1)")
    precondition(settings.beta2 >= 0 && settings.beta2 < 1, "β₂ is \(settings.beta2)")
    precondition(settings.epsilon > 0, "ε is \(settings.epsilon)")
    precondition(settings.weightDecay >= 0, "the weight decay is \(settings.weightDecay)")
    precondition(
      (settings.maximumGradientNorm ?? 1) > 0, "the largest norm is \(settings.maximumGradientNorm ?? 0)")
    self.settings = settings
    undecayed = layout.tensors.filter { $0.shape.count == 1 }.map { $0.offset..<$0.offset + $0.count }
    first = Array(repeating: 0, count: layout.count)
    second = Array(repeating: 0, count: layout.count)
    stepCount = 0
  }

  /// A state that was saved.
  ///
  /// Throws `invalid` for moments of a wrong number, not finite, or negative in `second`, and for a negative step.
  public init(
    layout: ParameterLayout, settings: Settings, first: [Float], second: [Float], stepCount: Int
  ) throws(TrainingError) {
    self.init(layout: layout, settings: settings)
    for (name, moments) in [
      ("the optimiser's first moments", first), ("the optimiser's second moments", second),
    ] {
      guard moments.count == layout.count else {
        throw .invalid(name: name, value: "\(moments.count) numbers", allowed: "be \(layout.count)")
      }
    }
    guard first.allSatisfy(\.isFinite) else {
      throw .invalid(name: "the optimiser's first moments", value: "not finite", allowed: "be finite")
    }
    guard second.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw .invalid(
        name: "the optimiser's second moments", value: "negative or not finite",
        allowed: "be finite and not negative")
    }
    guard stepCount >= 0 else {
      throw .invalid(name: "the optimiser's step", value: "\(stepCount)", allowed: "not be negative")
    }
    self.first = first
    self.second = second
    self.stepCount = stepCount
  }

  /// Takes one step against `gradient` and returns the gradient's norm before clipping.
  ///
  /// A gradient that is not finite changes nothing: its norm is returned (∞ or NaN) and is the caller's to judge.
  ///
  /// - Precondition: one parameter and one gradient per parameter of the layout; `learningRate >= 0`.
  public mutating func step(parameters: inout [Float], gradient: [Float], learningRate: Float) -> Double {
    precondition(
      parameters.count == first.count && gradient.count == first.count,
      "\(parameters.count) parameters and \(gradient.count) gradients for \(first.count) moments")
    precondition(learningRate >= 0, "the learning rate is \(learningRate)")
    let count = first.count
    let norm = Self.norm(gradient)
    guard norm.isFinite else { return norm }
    stepCount += 1
    var scale: Double = 1
    if let largest = settings.maximumGradientNorm, norm > largest { scale = largest / norm }
    let kernel = numerics_adamw(
      learning_rate: learningRate, beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon,
      weight_decay: settings.weightDecay,
      correction1: Float(1 / (1 - pow(Double(settings.beta1), Double(stepCount)))),
      correction2: Float(1 / (1 - pow(Double(settings.beta2), Double(stepCount)))),
      gradient_scale: Float(scale))
    var plain = kernel
    plain.weight_decay = 0
    let undecayed = undecayed
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        first.withUnsafeMutableBufferPointer { first in
          second.withUnsafeMutableBufferPointer { second in
            guard let parameters = parameters.baseAddress, let gradient = gradient.baseAddress,
              let first = first.baseAddress, let second = second.baseAddress
            else { return }
            func update(_ places: Range<Int>, _ settings: numerics_adamw) {
              let start = places.lowerBound
              numerics_adamw_step(
                places.count, parameters + start, gradient + start, first + start, second + start, settings)
            }
            var next = 0
            for range in undecayed {
              update(next..<range.lowerBound, kernel)
              update(range, plain)
              next = range.upperBound
            }
            update(next..<count, kernel)
          }
        }
      }
    }
    return norm
  }

  /// The Euclidean norm, summed in double precision.
  public static func norm(_ gradient: [Float]) -> Double {
    gradient.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      return numerics_sum_of_squares(buffer.count, base).squareRoot()
    }
  }
}
