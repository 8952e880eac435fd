import CNumerics

/// Elementary functions of whole buffers, written to buffers of the caller.
///
/// Nothing is allocated, several numbers are computed per instruction, and the results are the same to the last bit on every processor (the C
/// library's are not). The output may be the input buffer itself, but must not overlap it otherwise.
public enum ElementwiseFunctions {
  /// `exp x`, within 2 ulp.
  ///
  /// Never infinite: arguments above log of the largest finite number (709.78) give its exponential, 1.797e308, as +∞ does. −∞ gives 0, NaN gives
  /// NaN. Meant for log-probabilities, where an argument above zero is an error that the caller looks for.
  public static func exponentials(
    of arguments: UnsafeBufferPointer<Double>, into results: UnsafeMutableBufferPointer<Double>
  ) {
    exponentials(of: arguments, into: results, lanes: numerics_lanes_automatic)
  }

  /// Natural logarithms, within 2 ulp on (0, 1] and 4 elsewhere; subnormal numbers included.
  ///
  /// Zero gives −∞, +∞ itself, negative numbers and NaN give NaN.
  public static func logarithms(
    of arguments: UnsafeBufferPointer<Double>, into results: UnsafeMutableBufferPointer<Double>
  ) {
    logarithms(of: arguments, into: results, lanes: numerics_lanes_automatic)
  }

  /// `floor + (1 − floor) / (1 + exp(steepness (x − midpoint)))`, within 4 ulp of the same formula with a correctly rounded exponential.
  ///
  /// Finite for every finite x: the exponent saturates. An infinite x gives the limit, NaN gives NaN.
  ///
  /// - Precondition: the three parameters are finite, floor in [0, 1].
  public static func logisticDecay(
    of arguments: UnsafeBufferPointer<Double>, floor: Double, steepness: Double, midpoint: Double,
    into results: UnsafeMutableBufferPointer<Double>
  ) {
    logisticDecay(
      of: arguments, floor: floor, steepness: steepness, midpoint: midpoint, into: results,
      lanes: numerics_lanes_automatic)
  }

  // MARK: - On a chosen variant of the kernels

  static func exponentials(
    of arguments: UnsafeBufferPointer<Double>, into results: UnsafeMutableBufferPointer<Double>,
    lanes: numerics_lanes
  ) {
    guard let (from, to) = bases(arguments, results) else { return }
    numerics_exponentials(arguments.count, from, to, lanes)
  }

  static func logarithms(
    of arguments: UnsafeBufferPointer<Double>, into results: UnsafeMutableBufferPointer<Double>,
    lanes: numerics_lanes
  ) {
    guard let (from, to) = bases(arguments, results) else { return }
    numerics_natural_logarithms(arguments.count, from, to, lanes)
  }

  static func logisticDecay(
    of arguments: UnsafeBufferPointer<Double>, floor: Double, steepness: Double, midpoint: Double,
    into results: UnsafeMutableBufferPointer<Double>, lanes: numerics_lanes
  ) {
    precondition((0...1).contains(floor), "floor is \(floor), it must lie in [0, 1]")
    precondition(steepness.isFinite, "steepness is \(steepness), it must be finite")
    precondition(midpoint.isFinite, "midpoint is \(midpoint), it must be finite")
    guard let (from, to) = bases(arguments, results) else { return }
    let decay = numerics_logistic(floor: floor, steepness: steepness, midpoint: midpoint)
    numerics_logistic_decays(arguments.count, from, decay, to, lanes)
  }

  private static func bases(
    _ arguments: UnsafeBufferPointer<Double>, _ results: UnsafeMutableBufferPointer<Double>
  ) -> (UnsafePointer<Double>, UnsafeMutablePointer<Double>)? {
    precondition(
      arguments.count == results.count, "\(arguments.count) arguments, room for \(results.count) results")
    guard let from = arguments.baseAddress, let to = results.baseAddress else { return nil }
    return (from, to)
  }
}
