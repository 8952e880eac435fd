import Foundation
import Subprocess

/// Draws plots with gnuplot.
public enum PlotRenderer {
  /// What became of a plot.
  public struct Drawn: Sendable, Hashable {
    /// The stem of the plot's files.
    public var name: String
    /// The script; nil where the data allowed none.
    public var script: PlotScript?
    /// The pictures by format; empty where the plot is missing.
    public var pictures: [PlotScript.Format: [UInt8]]
    /// Why the plot is missing; nil where it is not.
    public var missing: String?

    /// The files of the plot.
    public var files: [RunFile] {
      PlotScript.Format.allCases.compactMap { format in
        pictures[format].map { RunFile(path: "plots/\(name).\(format.rawValue)", bytes: $0) }
      }
    }
  }

  /// The largest picture that is taken from gnuplot.
  private static let largestPicture = 64 << 20

  /// Draws `planned` in order, `threads` at a time; a plot that cannot be drawn is reported, never an error.
  ///
  /// Stops between plots once `isCancelled` turns true; what is left then counts as missing.
  public static func draw(
    _ planned: [PlannedPlot], threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) async -> [Drawn] {
    let gnuplotFound = await hasGnuplot()
    return await withTaskGroup(of: (Int, Drawn).self) { group in
      var results = [Drawn?](repeating: nil, count: planned.count)
      var next = 0
      func start() {
        guard next < planned.count else { return }
        let (index, plot) = (next, planned[next])
        next += 1
        group.addTask {
          switch plot {
          case .unavailable(let name, let reason):
            return (index, Drawn(name: name, script: nil, pictures: [:], missing: reason))
          case .script(let script):
            if !gnuplotFound {
              return (
                index,
                Drawn(
                  name: script.name, script: script, pictures: [:], missing: "gnuplot was not found on PATH")
              )
            }
            if isCancelled() {
              return (
                index,
                Drawn(name: script.name, script: script, pictures: [:], missing: "the run was interrupted")
              )
            }
            return (index, await draw(script))
          }
        }
      }
      for _ in 0..<max(1, threads) { start() }
      for await (index, drawn) in group {
        results[index] = drawn
        start()
      }
      return results.compactMap { $0 }
    }
  }

  /// Whether gnuplot is on the PATH.
  public static func hasGnuplot() async -> Bool {
    (try? await Executable.name("gnuplot").resolveExecutablePath(in: .inherit)) != nil
  }

  private static func draw(_ script: PlotScript) async -> Drawn {
    var drawn = Drawn(name: script.name, script: script, pictures: [:], missing: nil)
    for format in PlotScript.Format.allCases {
      do {
        // -d: the user's own start-up files must not change our pictures.
        let result = try await run(
          .name("gnuplot"), arguments: ["-d", "-"], input: .string(script.text(format: format)),
          output: .bytes(limit: largestPicture), error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess, !result.standardOutput.isEmpty else {
          drawn.missing = "gnuplot failed (\(format.rawValue)): \(firstComplaint(result.standardError))"
          drawn.pictures = [:]
          return drawn
        }
        drawn.pictures[format] =
          format == .svg ? withFontFallback(result.standardOutput) : result.standardOutput
      } catch {
        drawn.missing = "gnuplot could not be run (\(format.rawValue)): \(error)"
        drawn.pictures = [:]
        return drawn
      }
    }
    return drawn
  }

  /// Gnuplot's message without the echo of the script.
  private static func firstComplaint(_ text: String) -> String {
    let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    return lines.last { !$0.isEmpty && $0 != "^" } ?? "it gave no reason"
  }

  /// Names further fonts for browsers that lack the first one.
  private static func withFontFallback(_ bytes: [UInt8]) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    return Array(
      text.replacing(
        "font-family=\"\(PlotStyle.fontName)\"", with: "font-family=\"\(PlotStyle.fontFallback)\""
      ).utf8)
  }
}

extension [PlotRenderer.Drawn] {
  /// The plots that could not be drawn, and why.
  public var missing: [(name: String, reason: String)] {
    compactMap { plot in plot.missing.map { (plot.name, $0) } }
  }
}
