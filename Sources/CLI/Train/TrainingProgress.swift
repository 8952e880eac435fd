import Foundation
import Training

/// What a run tells while it goes.
enum TrainingProgress {
  /// A probe of the warm-up.
  case warmUp(WarmUpRecord, limit: Int, seconds: Double)
  /// A step: its record, seconds left (nil if unknown), seconds since the beginning, tokens drawn per second.
  case step(StepRecord, left: Double?, seconds: Double, tokensPerSecond: Double)

  /// `step 12, reward 0.41, pass@1 0.40, entropy 0.52, gradient 0.31, dead groups 38 %, 21000 tokens/s, about 40 s left`.
  var text: String {
    switch self {
    case .warmUp(let record, let limit, let seconds):
      return
        "warm-up \(record.step)/\(limit), loss \(Self.short(record.loss)), pass rate \(Self.short(record.passRate)) ± \(Self.short(record.passRateDeviation)), \(ProgressLine.duration(seconds))"
    case .step(let record, let left, _, let speed):
      let dead = record["frac_reward_zero_std"].map { "\(Int((100 * $0).rounded())) %" } ?? "-"
      return
        "step \(record.step), reward \(Self.short(record["reward"])), pass@1 \(Self.short(record["pass@1"])), entropy \(Self.short(record["entropy"])), gradient \(Self.short(record["grad_norm"])), dead groups \(dead), \(Int(speed)) tokens/s\(left.map { ", about \(ProgressLine.duration($0)) left" } ?? "")"
    }
  }

  private static func short(_ value: Double?) -> String {
    value.map { String(format: "%.3f", $0) } ?? "-"
  }
}

/// Shows a run's progress on standard error: one line that renews itself on a terminal, a line every few seconds elsewhere.
final class TrainingLine {
  private static let period = (terminal: 0.1, elsewhere: 10.0)
  private let isTerminal = StandardError.isTerminal
  private var last = -Double.infinity
  private var isOpen = false

  func show(_ progress: TrainingProgress) {
    let seconds =
      switch progress {
      case .warmUp(_, _, let seconds), .step(_, _, let seconds, _): seconds
      }
    guard seconds - last >= (isTerminal ? Self.period.terminal : Self.period.elsewhere) else { return }
    last = seconds
    if isTerminal {
      StandardError.write("\r\u{1B}[K" + progress.text)
      isOpen = true
    } else {
      StandardError.write(progress.text + "\n")
    }
  }

  func finish() {
    if isOpen { StandardError.write("\n") }
    isOpen = false
  }
}
