import Interchange
import Reporting
import Statistics
import Training

/// What makes two runs the same run: settings and tasks; and what made its numbers: the build and the machine.
enum RunIdentity {
  /// The SHA-256 of the settings' text and of the tasks, as checkpoints and evaluations note it.
  static func digest(_ configuration: RunConfiguration, _ tasks: TaskSet) -> String {
    SHA256.hexadecimal(of: RunSettings.text(configuration) + tasks.digest)
  }

  /// The build and the machine, in words that are equal for runs whose last bits can be compared.
  static var maker: String {
    let tool = ToolDescription.current(version: ToolVersion.current)
    return [
      "allot \(tool.version)", tool.commit ?? "unknown commit", tool.compiler,
      tool.cpu ?? "unknown processor",
      BLAS.start().name,
    ].joined(separator: ", ")
  }
}
