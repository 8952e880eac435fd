import Claims
import Foundation
import Synchronization

/// Shows on standard error how far a verification is: one line that renews itself on a terminal, a line for each claim elsewhere.
final class ProgressLine: Sendable {
  private struct State {
    var claim = ""
    var lastShown = -Double.infinity
    var isOpen = false
  }

  /// The time between two renewals of the line, in seconds.
  private static let period = 0.1

  private let isTerminal: Bool
  private let state = Mutex(State())

  /// A progress line for a terminal or for a file.
  init(isTerminal: Bool = StandardError.isTerminal) { self.isTerminal = isTerminal }

  /// Shows `progress`, unless it was shown a moment ago.
  func show(_ progress: Verification.Progress) {
    state.withLock { state in
      let isNew = progress.claim != state.claim
      if isTerminal {
        guard isNew || progress.seconds - state.lastShown >= Self.period else { return }
        StandardError.write("\r\u{1B}[K" + String(Self.text(progress).prefix(Self.terminalWidth())))
        state.isOpen = true
      } else {
        guard isNew else { return }
        StandardError.write(Self.text(progress) + "\n")
      }
      state.claim = progress.claim
      state.lastShown = progress.seconds
    }
  }

  /// Takes the line away from the terminal.
  func finish() {
    state.withLock { state in
      if state.isOpen { StandardError.write("\r\u{1B}[K") }
      state.isOpen = false
    }
  }

  /// `[3/14] neyman-optimal, 1200000 replicates, 12 s, about 40 s left`.
  static func text(_ progress: Verification.Progress) -> String {
    var text =
      "[\(progress.claimsDone)/\(progress.claimCount) done] \(progress.claim), \(progress.replicates) replicates, "
      + "\(duration(progress.seconds))"
    if let left = progress.secondsLeft { text += ", about \(duration(left)) left" }
    return text
  }

  /// `12 s`, `3 min 05 s` or `1 h 02 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
    let whole = Int(max(0, seconds).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 79 }
    return Int(size.ws_col) - 1
  }
}
