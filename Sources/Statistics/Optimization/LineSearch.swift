import CGSL
import CNumerics

/// One-dimensional roots and minima by Brent's methods.
///
/// - Source: `brent1973`, chapters 4 and 5.
public enum LineSearch {
  /// The root of `function` in an interval at whose ends it has opposite signs, to an absolute `tolerance`.
  ///
  /// Throws `noBracket` where the signs agree, `notANumber` where the function is NaN, `notConverged` after 200 iterations. An end that is a root is
  /// returned at once. An infinite value counts with its sign. A tolerance below four units in the last place of the root counts as that.
  public static func root(
    in interval: ClosedRange<Double>, tolerance: Double, _ function: (Double) -> Double
  ) throws(StatisticsError) -> Double {
    let (lower, upper) = (interval.lowerBound, interval.upperBound)
    let (first, last) = (function(lower), function(upper))
    if first == 0 { return lower }
    if last == 0 { return upper }
    if first.isNaN { throw .notANumber(name: "the function of a root search", argument: lower) }
    if last.isNaN { throw .notANumber(name: "the function of a root search", argument: upper) }
    guard (first < 0) != (last < 0) else {
      throw .noBracket(name: "a root", lower: lower, upper: upper)
    }
    let outcome = withoutActuallyEscaping(function) { function -> Result<Double, StatisticsError> in
      var invalid: Double?
      // A huge value in place of NaN would look like a sign; the first NaN is remembered and ends the search.
      let box = ObjectiveBox<Double> { x in
        let value = function(x)
        if value.isNaN, invalid == nil { invalid = x }
        return value.isNaN ? 0 : max(-1e150, min(1e150, value))
      }
      let result = withExtendedLifetime(box) { root(box, lower, upper, tolerance) }
      if let invalid {
        return .failure(.notANumber(name: "the function of a root search", argument: invalid))
      }
      return result
    }
    return try outcome.get()
  }

  /// The minimum of `function` in an interval, from a point inside it that lies below both ends, to an absolute `tolerance`.
  ///
  /// Throws `noBracket` where it does not, `notConverged` after 500 iterations. A function is flat at its minimum, so no tolerance finds the place to more than
  /// half of the digits: below 4√ulp of the place the tolerance counts as that.
  ///
  /// - Precondition: the tolerance is positive.
  public static func minimum(
    in interval: ClosedRange<Double>, start: Double, tolerance: Double, _ function: (Double) -> Double
  ) throws(StatisticsError) -> Minimum {
    precondition(tolerance > 0, "the tolerance \(tolerance) must be positive")
    let outcome = withoutActuallyEscaping(function) { function -> Result<Minimum, StatisticsError> in
      let box = ObjectiveBox(function)
      return withExtendedLifetime(box) { minimum(box, interval, start, tolerance) }
    }
    return try outcome.get()
  }

  private static func root(_ box: ObjectiveBox<Double>, _ lower: Double, _ upper: Double, _ tolerance: Double)
    -> Result<Double, StatisticsError>
  {
    guard let solver = gsl_root_fsolver_alloc(numerics_root_brent()) else {
      return .failure(.gsl(function: "gsl_root_fsolver_alloc", status: GSL_ENOMEM, reason: "out of memory"))
    }
    defer { gsl_root_fsolver_free(solver) }
    var function = gslFunction(box)
    return withUnsafeMutablePointer(to: &function) { function in
      let status = gsl_root_fsolver_set(solver, function, lower, upper)
      guard status == 0 else {
        return .failure(
          .gsl(function: "gsl_root_fsolver_set", status: Int(status), reason: gslReason(status)))
      }
      for _ in 0..<200 {
        guard gsl_root_fsolver_iterate(solver) == 0 else { break }
        let (a, b) = (gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver))
        if gsl_root_test_interval(a, b, tolerance, 4 * Double.ulpOfOne) == 0 {
          return .success(gsl_root_fsolver_root(solver))
        }
      }
      return .failure(.notConverged(name: "Brent's root finder", iterations: 200))
    }
  }

  private static func minimum(
    _ box: ObjectiveBox<Double>, _ interval: ClosedRange<Double>, _ start: Double, _ tolerance: Double
  ) -> Result<Minimum, StatisticsError> {
    guard let solver = gsl_min_fminimizer_alloc(numerics_minimizer_brent()) else {
      return .failure(.gsl(function: "gsl_min_fminimizer_alloc", status: GSL_ENOMEM, reason: "out of memory"))
    }
    defer { gsl_min_fminimizer_free(solver) }
    var function = gslFunction(box)
    return withUnsafeMutablePointer(to: &function) { function in
      guard gsl_min_fminimizer_set(solver, function, start, interval.lowerBound, interval.upperBound) == 0
      else {
        return .failure(.noBracket(name: "a minimum", lower: interval.lowerBound, upper: interval.upperBound))
      }
      for iteration in 1...500 {
        guard gsl_min_fminimizer_iterate(solver) == 0 else { break }
        let (a, b) = (gsl_min_fminimizer_x_lower(solver), gsl_min_fminimizer_x_upper(solver))
        if gsl_min_test_interval(a, b, tolerance, 4 * Double.ulpOfOne.squareRoot()) == 0 {
          return .success(
            Minimum(
              point: [gsl_min_fminimizer_x_minimum(solver)], value: gsl_min_fminimizer_f_minimum(solver),
              iterations: iteration, isConverged: true))
        }
      }
      return .failure(.notConverged(name: "Brent's minimiser", iterations: 500))
    }
  }

  private static func gslFunction(_ box: ObjectiveBox<Double>) -> gsl_function {
    gsl_function(
      function: { x, context in
        guard let context else { return 1e300 }
        return ObjectiveBox<Double>.from(context).finiteValue(x)
      }, params: box.pointer)
  }
}
