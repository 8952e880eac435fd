import Dispatch
import Foundation
import Reporting
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP: the work is asked to stop, and no half-written directory is left, however long the work takes to hear it.
///
/// The signals are taken from a queue of their own, where, unlike in a signal handler, everything may be called.
final class Interruption: Sendable {
  /// How long the work may take to stop by itself, in seconds.
  private static let patience = 2.0

  private let flag = Atomic<Bool>(false)
  private let partial = Mutex<PartialDirectory?>(nil)
  private let partialFile = Mutex<String?>(nil)
  private let failure: CommandFailure
  // Written once, before any handler runs, and only kept alive afterwards.
  nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

  /// Starts to listen; the process keeps listening until it ends.
  ///
  /// `failure` is what an interrupted command ends with.
  init(failure: CommandFailure = Interruption.failure) {
    self.failure = failure
    let queue = DispatchQueue(label: "interruption")
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      // The source replaces the default action, which would end the process before anything is cleaned up.
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [self] in heard(on: queue) }
      source.resume()
    }
  }

  /// Whether a signal has come; the work polls this.
  var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Names the directory that must not be left half-written.
  func guardDirectory(_ directory: PartialDirectory) { partial.withLock { $0 = directory } }

  /// Names the file that must not be left half-written; nil once it is in its place.
  func guardFile(_ path: String?) { partialFile.withLock { $0 = path } }

  /// Throws the failure that leaves with code 130, if a signal has come.
  func throwIfRequested() throws(CommandFailure) {
    if isRequested {
      partial.withLock { $0?.discard() }
      throw failure
    }
  }

  /// What a command ends with that writes nothing before its end.
  static let failure = CommandFailure(.interrupted, "interrupted; nothing was written")

  private func heard(on queue: DispatchQueue) {
    let again = flag.exchange(true, ordering: .relaxed)
    if again {
      leave()
    } else {
      queue.asyncAfter(deadline: .now() + Self.patience) { [self] in leave() }
    }
  }

  private func leave() -> Never {
    partial.withLock { $0?.discard() }
    partialFile.withLock { path in if let path { unlink(path) } }
    StandardError.write("\(StandardError.isTerminal ? "\n" : "")Error: \(failure.message)\n")
    // _exit: other threads are still at work and must not run into destructors.
    _exit(FailureCode.interrupted.rawValue)
  }
}
