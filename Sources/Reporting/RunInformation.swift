import Claims
import Foundation
import Statistics

/// What a run ran under: seed, preset, and the tool that ran it.
public struct RunInformation: Sendable, Hashable {
  /// The root seed.
  public var seed: UInt64
  /// How much Monte Carlo was spent.
  public var preset: Preset
  /// The tool.
  public var tool: ToolDescription

  /// Collects the parts.
  public init(seed: UInt64, preset: Preset, tool: ToolDescription) {
    self.seed = seed
    self.preset = preset
    self.tool = tool
  }
}

/// The program, its compiler, its numerical library and the processor: what a reader needs to trust or to repeat a result.
public struct ToolDescription: Sendable, Hashable {
  /// The version of the tool.
  public var version: String
  /// The commit it was built from, 40 hexadecimal digits; nil where the build does not know.
  public var commit: String?
  /// The Swift compiler's version and the build configuration.
  public var compiler: String
  /// The version of the GNU Scientific Library.
  public var gsl: String
  /// The processor's model name; nil where the system does not tell.
  public var cpu: String?

  /// Collects the parts.
  public init(version: String, commit: String?, compiler: String, gsl: String, cpu: String?) {
    self.version = version
    self.commit = commit
    self.compiler = compiler
    self.gsl = gsl
    self.cpu = cpu
  }

  /// The running program on this machine.
  ///
  /// The commit comes from the environment variable `ALLOT_COMMIT`, which the build's make file sets; anything but 40 hexadecimal digits there
  /// counts as unknown.
  public static func current(version: String) -> ToolDescription {
    let commit = ProcessInfo.processInfo.environment["ALLOT_COMMIT"]
    let isHash = commit.map { $0.utf8.count == 40 && $0.allSatisfy(\.isHexDigit) } ?? false
    return ToolDescription(
      version: version, commit: isHash ? commit : nil, compiler: "\(compilerVersion), \(configuration) build",
      gsl: LibraryVersions.gsl, cpu: processorName())
  }

  private static var compilerVersion: String {
    // The language offers no version string, only comparisons.
    #if compiler(>=6.5)
      return "Swift 6.5 or later"
    #elseif compiler(>=6.4)
      return "Swift 6.4"
    #elseif compiler(>=6.3)
      return "Swift 6.3"
    #elseif compiler(>=6.2)
      return "Swift 6.2"
    #else
      return "Swift 6.1"
    #endif
  }

  private static var configuration: String {
    #if DEBUG
      return "debug"
    #else
      return "release"
    #endif
  }

  private static func processorName() -> String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
