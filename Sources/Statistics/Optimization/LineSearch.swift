import CGSL
import CNumerics

/// One-dimensional roots and minima by Brent's methods.
///
/// - Source: `brent1973`, chapters 4 and 5.
public enum LineSearch {
  /// The root of `function` in an interval at whose ends it has opposite signs, to an absolute `tolerance`.
  ///
  /// Throws `noBracket` where the signs agree, `notConverged` after 200 iterations. An end that is a root is returned at once.
  public static func root(
    in interval: ClosedRange<Double>, tolerance: Double, _ function: (Double) -> Double
  ) throws(StatisticsError) -> Double {
    let (lower, upper) = (interval.lowerBound, interval.upperBound)
    let (first, last) = (function(lower), function(upper))
    if first == 0 { return lower }
    if last == 0 { return upper }
    guard first.isFinite, last.isFinite, (first < 0) != (last < 0) else {
      throw .noBracket(name: "a root", lower: lower, upper: upper)
    }
    let outcome = withoutActuallyEscaping(function) { function -> Result<Double, StatisticsError> in
      let box = ObjectiveBox(function)
      return withExtendedLifetime(box) { root(box, lower, upper, tolerance) }
    }
    return try outcome.get()
  }

  /// The minimum of `function` in an interval, from a point inside it that lies below both ends, to an absolute `tolerance`.
  ///
  /// Throws `noBracket` where it does not, `notConverged` after 500 iterations.
  public static func minimum(
    in interval: ClosedRange<Double>, start: Double, tolerance: Double, _ function: (Double) -> Double
  ) throws(StatisticsError) -> Minimum {
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
        if gsl_root_test_interval(a, b, tolerance, 0) == 0 { return .success(gsl_root_fsolver_root(solver)) }
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
        if gsl_min_test_interval(a, b, tolerance, 0) == 0 {
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
