import Foundation
import Reporting
import Training

extension CompareCommand {
  /// Writes tables, plots, report and verdict beside the runs; each file in one step, as the runs stay where they are.
  func write(_ files: ComparisonFiles) throws(CommandFailure) {
    StandardError.write(missingPlots: files.missingPlots)
    for file in files.files() {
      let path = output + "/" + file.path
      let folder = (path as NSString).deletingLastPathComponent
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw CommandFailure(.cannotCreate, "cannot create '\(folder)': \(error.localizedDescription)")
      }
      do throws(ReportingError) { try AtomicFile.write(Array(file.bytes), to: path) } catch {
        throw CommandFailure(error)
      }
    }
  }
}
