import Foundation
import Interchange
import Reporting
import Statistics
import Synchronization
import Training

/// Trains what a plan asks for, several runs at a time, each on one thread, and takes up again what an earlier call began.
struct ComparisonRunner: Sendable {
  var plan: ComparisonPlan
  var threads: Int
  var isInterrupted: @Sendable () -> Bool
  /// Hears how many of how many runs are done, and which has just ended.
  var report: @Sendable (_ done: Int, _ all: Int, _ name: String) -> Void

  /// Trains the warm models, then every unit with every seed.
  func run() throws {
    let done = Atomic<Int>(0)
    let all = plan.seeds.count * (1 + plan.units.count)
    _ = try parallelMap(count: plan.seeds.count, threads: threads) { index -> Bool in
      let seed = plan.seeds[index]
      try train(plan.warmConfiguration(seed), in: plan.warmDirectory(seed), milestones: { _ in [] })
      report(done.add(1, ordering: .relaxed).newValue, all, "warm model, seed \(seed)")
      return true
    }
    // Seed by seed, so that an interrupted comparison has whole seeds to compare.
    let jobs = plan.seeds.flatMap { seed in plan.units.map { (unit: $0, seed: seed) } }
    _ = try parallelMap(count: jobs.count, threads: threads) { index -> Bool in
      let job = jobs[index]
      try train(
        plan.configuration(job.unit, job.seed), in: plan.runDirectory(job.unit, job.seed),
        milestones: plan.milestones)
      report(done.add(1, ordering: .relaxed).newValue, all, "\(job.unit.folder), seed \(job.seed)")
      return true
    }
  }

  private func train(
    _ configuration: RunConfiguration, in directory: String,
    milestones: (TaskSet) -> [TrainingDriver.Milestone]
  ) throws {
    if isInterrupted() {
      throw CommandFailure(.interrupted, "interrupted; the same command goes on from here")
    }
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(.cannotCreate, "cannot create '\(directory)': \(error.localizedDescription)")
    }
    // Another comparison in the same place would cut back this one's files.
    let lock = try CommandFailure.reporting { () throws(ReportingError) in try DirectoryLock(directory) }
    defer { withExtendedLifetime(lock) {} }
    let settings = directory + "/" + TrainingDirectory.configurationName
    let preparation = try RunPreparation(configuration)
    let points = milestones(preparation.tasks)
    let text = RunSettings.text(configuration)
    if let present = FileManager.default.contents(atPath: settings) {
      guard String(decoding: present, as: UTF8.self) == text else {
        throw CommandFailure(
          .cannotCreate,
          "'\(directory)' holds a run with other settings; name a new or empty directory for this comparison")
      }
      let names = points.isEmpty ? ["evaluation"] : points.map(\.name)
      let digest = RunIdentity.digest(configuration, preparation.tasks)
      if names.allSatisfy({ ComparisonResults.evaluation(directory, $0, digest: digest) != nil }) { return }
    } else {
      try OutputFile.write(text, to: settings)
    }
    var driver = TrainingDriver(
      configuration: configuration, preparation: preparation, directory: directory, threads: 1,
      milestones: points)
    driver.isInterrupted = isInterrupted
    driver.warn = { StandardError.write("Warning: \(directory): \($0)\n") }
    _ = try driver.run(resumes: true)
  }
}
