import Foundation
import Interchange
import Reporting
import Testing

@testable import CLI

/// The repository's root, from this file's place in it.
private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().path

private func files(_ directory: String) -> [String] {
  ["rollouts.jsonl", "gram.jsonl", "prompts.csv"].map { directory + "/" + $0 }
}

private let sample = files(root + "/Samples/smollm2-arithmetic")
private let shared = files(root + "/../shared/data/smollm2-arithmetic")
private let hasShared = FileManager.default.fileExists(atPath: shared[0])

@Suite struct RealRolloutsTests {
  private func result(_ paths: [String], threads: Int = 1) throws -> AuditResult {
    let log = try AuditLog(paths: paths, rule: SuccessRule(), allowedDamage: 0)
    var settings = AuditSettings()
    settings.resamples = 200
    settings.threads = threads
    return try Audit.result(of: log, settings)
  }

  /// Every file but pictures, as one text.
  private func report(_ result: AuditResult) -> [RunFile] { AuditReport(result: result, plots: []).files }

  @Test func theSampleIsAuditedTheSameOnOneTwoAndEightThreads() throws {
    let one = report(try result(sample))
    #expect(report(try result(sample, threads: 2)) == one)
    #expect(report(try result(sample, threads: 8)) == one)
  }

  @Test func theOrderOfTheFilesDoesNotMatter() throws {
    let forward = try result(sample)
    let backward = try result(sample.reversed())
    #expect(forward.rollouts == 960 && backward.rollouts == 960)
    for (left, right) in zip(forward.allocation, backward.allocation) {
      let (a, b) = (try #require(left.relativeToUniform.value), try #require(right.relativeToUniform.value))
      // Ties in rounding go to the first prompt, and the order of prompts follows the files: a rollout may move.
      #expect(left.method == right.method && abs(a - b) < 0.05)
    }
  }

  @Test func theTablesHaveTheirColumns() throws {
    let headers = AuditReport(result: try result(sample), plots: []).tables.map { table in
      table.path + ": " + table.text.prefix { $0 != "\n" }
    }
    #expect(
      headers == [
        "tables/audit-allocation.csv: variance,basis,estimator,method,min,max,chooser,prompt_count,stat,est,lower,upper,infinite",
        "tables/audit-correlation.csv: basis,estimator,prompts,prompt_count,stat,est,lower,upper,ceiling,reliability",
        "tables/audit-dead_groups.csv: group,prompt_count,share,all_failures,all_successes",
        "tables/audit-prompts.csv: prompt_id,step,kind,samples,successes,p,p_lower,p_upper,bernoulli_variance,"
          + "bernoulli_variance_lower,bernoulli_variance_upper,measured_reinforce,measured_value_baseline,"
          + "measured_optimal_baseline,measured_rloo,measured_grpo,measured_dr_grpo",
        "tables/audit-points.csv: prompt_id,step,estimator,p,bernoulli_variance,measured_variance",
      ])
  }

  @Test func everyRowOfTheSampleIsThere() throws {
    let result = try result(sample)
    // 3 bounds × (8 rules under V = P + 6 estimators × 9 rules); 6 estimators × 2 sets of prompts × 2 coefficients.
    #expect(result.allocation.count == 3 * (8 + 6 * 9))
    #expect(result.correlation.count == 24)
    #expect(result.allocation.allSatisfy { $0.relativeToUniform.value != nil })
    for row in result.allocation where row.method == .oracle {
      // The oracle is the exact integer optimum for what judges it.
      #expect(try #require(row.relativeToUniform.value) <= 1)
    }
  }

  /// Reference values from NumPy 2.4 and SciPy 1.17 on the same files, with the textbook formula for the covariance trace and water levels by
  /// bisection; the ratio there is that of real-valued shares, so integer rounding stands between the two.
  @Test(.enabled(if: hasShared, "the shared rollouts are not there: ../shared/data"))
  func theSharedRolloutsHaveTheReferenceValues() throws {
    let result = try result(shared)
    #expect(
      result.prompts == 132 && result.rollouts == 8192 && result.skipped == 0 && result.disagreeing == 0)
    func ratio(_ estimator: String, _ method: AuditMethod, _ minimum: Int) throws -> Double {
      let row = result.allocation.first {
        $0.variance.estimator == estimator && $0.method == method && $0.bounds.minimum == minimum
      }
      return try #require(row?.relativeToUniform.value)
    }
    #expect(abs(try ratio("bernoulli", .root, 8) - 0.91378) < 0.005)
    #expect(abs(try ratio("bernoulli", .proportional, 1) - 0.98571) < 0.005)
    #expect(abs(try ratio("grpo", .root, 8) - 1.18157) < 0.005)
    #expect(abs(try ratio("value-baseline", .neyman, 8) - 0.89408) < 0.005)
    #expect(abs(try ratio("optimal-baseline", .neyman, 1) - 1.17300) < 0.01)
  }
}
