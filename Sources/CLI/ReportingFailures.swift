import Claims
import Interchange
import Reporting

extension CommandFailure {
  /// The failure of a run directory that could not be written or read.
  init(_ error: ReportingError) {
    let code: FailureCode =
      switch error {
      case .cannotCreate, .foreignFile: .cannotCreate
      case .cannotWrite: .inputOutput
      case .missing: .inputMissing
      case .damaged: .inputData
      }
    self.init(code, error.description)
  }

  /// Runs `body`, and fails as the command does where it cannot write or read a run directory.
  static func reporting<T>(_ body: () throws(ReportingError) -> T) throws(CommandFailure) -> T {
    do throws(ReportingError) { return try body() } catch { throw CommandFailure(error) }
  }
}
