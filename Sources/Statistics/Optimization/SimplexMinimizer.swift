import CGSL
import CNumerics

/// The simplex of Nelder and Mead (GSL's `nmsimplex2`), which needs no derivative.
///
/// - Source: `nelder1965`.
public enum SimplexMinimizer {
  /// The minimum found from `start` with initial simplex edges `step`, until the simplex is smaller than `tolerance`.
  ///
  /// Values that are not finite count as 10³⁰⁰. Running out of iterations is not an error: the best point so far comes back with `isConverged` false.
  ///
  /// - Precondition: at least one coordinate, positive step and tolerance.
  public static func minimize(
    start: [Double], step: Double, tolerance: Double, maximumIterations: Int,
    _ objective: ([Double]) -> Double
  ) throws(StatisticsError) -> Minimum {
    precondition(
      !start.isEmpty && step > 0 && tolerance > 0,
      "start \(start.count), step \(step), tolerance \(tolerance)")
    let outcome = withoutActuallyEscaping(objective) { objective -> Result<Minimum, StatisticsError> in
      let box = ObjectiveBox(objective)
      return withExtendedLifetime(box) {
        minimize(box, start: start, step: step, tolerance: tolerance, maximumIterations: maximumIterations)
      }
    }
    return try outcome.get()
  }

  /// The best of `restarts` descents, the first from `start`, the others from points drawn around it with deviation `spread`.
  public static func minimize(
    start: [Double], spread: Double, restarts: Int, key: StreamKey, step: Double, tolerance: Double,
    maximumIterations: Int, _ objective: ([Double]) -> Double
  ) throws(StatisticsError) -> Minimum {
    var best = try minimize(
      start: start, step: step, tolerance: tolerance, maximumIterations: maximumIterations, objective)
    for restart in 0..<max(restarts - 1, 0) {
      var stream = RandomStream(key.replicate(restart))
      let other = start.map { $0 + spread * stream.normal() }
      let candidate = try minimize(
        start: other, step: step, tolerance: tolerance, maximumIterations: maximumIterations, objective)
      if candidate.value < best.value { best = candidate }
    }
    return best
  }

  private static func minimize(
    _ box: ObjectiveBox<[Double]>, start: [Double], step: Double, tolerance: Double, maximumIterations: Int
  ) -> Result<Minimum, StatisticsError> {
    let count = start.count
    let noMemory = StatisticsError.gsl(
      function: "gsl_multimin_fminimizer_alloc", status: GSL_ENOMEM, reason: "out of memory")
    guard let point = gsl_vector_alloc(count) else { return .failure(noMemory) }
    defer { gsl_vector_free(point) }
    guard let steps = gsl_vector_alloc(count) else { return .failure(noMemory) }
    defer { gsl_vector_free(steps) }
    guard let solver = gsl_multimin_fminimizer_alloc(numerics_minimizer_simplex(), count) else {
      return .failure(noMemory)
    }
    defer { gsl_multimin_fminimizer_free(solver) }
    for index in 0..<count { gsl_vector_set(point, index, start[index]) }
    gsl_vector_set_all(steps, step)
    var function = gsl_multimin_function(
      f: { vector, context in
        guard let vector, let context else { return 1e300 }
        let values = (0..<vector.pointee.size).map { gsl_vector_get(vector, $0) }
        return ObjectiveBox<[Double]>.from(context).finiteValue(values)
      }, n: count, params: box.pointer)
    return withUnsafeMutablePointer(to: &function) { function in
      let status = gsl_multimin_fminimizer_set(solver, function, point, steps)
      guard status == 0 else {
        return .failure(
          .gsl(function: "gsl_multimin_fminimizer_set", status: Int(status), reason: gslReason(status)))
      }
      var iterations = 0
      var converged = false
      while iterations < maximumIterations, !converged {
        // A simplex that cannot move any more has found what it can.
        guard gsl_multimin_fminimizer_iterate(solver) == 0 else { break }
        iterations += 1
        converged = gsl_multimin_test_size(gsl_multimin_fminimizer_size(solver), tolerance) == 0
      }
      let best = gsl_multimin_fminimizer_x(solver)
      return .success(
        Minimum(
          point: (0..<count).map { gsl_vector_get(best, $0) }, value: gsl_multimin_fminimizer_minimum(solver),
          iterations: iterations, isConverged: converged))
    }
  }
}
