/// The exit codes of every command, after BSD's sysexits.
enum FailureCode: Int32 {
  case strictVerdictChange = 1
  case usage = 64
  case inputData = 65
  case inputMissing = 66
  case `internal` = 70
  case cannotCreate = 73
  case inputOutput = 74
  case interrupted = 130
}

/// A failure with the message that standard error gets and the code that the process leaves with.
struct CommandFailure: Error, Equatable {
  var code: FailureCode
  var message: String

  init(_ code: FailureCode, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// Collects every complaint about the options, so that the user reads all of them at once.
struct OptionErrors {
  private var messages: [String] = []

  /// Notes `message` unless `condition` holds.
  mutating func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { messages.append(message()) }
  }

  /// Throws one usage failure with all notes, one a line; does nothing without notes.
  func throwIfAny() throws(CommandFailure) {
    guard !messages.isEmpty else { return }
    throw CommandFailure(.usage, messages.joined(separator: "\n       "))
  }
}
