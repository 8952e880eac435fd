/// What can go wrong with numbers that come from data.
public enum StatisticsError: Error, Hashable, CustomStringConvertible {
  /// A GSL function reported a status other than success.
  case gsl(function: String, status: Int, reason: String)
  /// An argument lies outside the domain.
  case outOfDomain(name: String, value: Double, allowed: String)
  /// The function of a root search is not a number somewhere in the interval.
  case notANumber(name: String, argument: Double)
  /// A search stopped before it met its tolerance.
  case notConverged(name: String, iterations: Int)
  /// An interval does not bracket a root or a minimum.
  case noBracket(name: String, lower: Double, upper: Double)

  /// The sentence shown to the user.
  public var description: String {
    switch self {
    case .gsl(let function, let status, let reason): "\(function) failed with status \(status): \(reason)"
    case .outOfDomain(let name, let value, let allowed):
      "\(name) has the argument \(value); it needs \(allowed)"
    case .notANumber(let name, let argument): "\(name) is not a number at \(argument)"
    case .notConverged(let name, let iterations): "\(name) did not converge in \(iterations) iterations"
    case .noBracket(let name, let lower, let upper): "[\(lower), \(upper)] does not bracket \(name)"
    }
  }
}
