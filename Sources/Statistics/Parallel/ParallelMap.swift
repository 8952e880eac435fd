import Dispatch
import Synchronization

/// Maps `transform` over 0..<count on `threads` threads and returns the results in index order.
///
/// Work is handed out by an atomic counter, results are stored by index: the answer does not depend on the number of threads
/// as long as `transform` depends on its index alone. The first error by index (not by time) is thrown, once running items ended.
///
/// - Precondition: `threads > 0`, `count >= 0`.
public func parallelMap<Element: Sendable>(
  count: Int, threads: Int, _ transform: @Sendable (Int) throws -> Element
) throws -> [Element] {
  precondition(threads > 0, "threads is \(threads), it must be positive")
  precondition(count >= 0, "count is \(count), it must not be negative")
  if threads == 1 || count <= 1 { return try (0..<count).map(transform) }

  let next = Atomic<Int>(0)
  let failed = Atomic<Bool>(false)
  let slots = UnsafeMutableBufferPointer<Result<Element, any Error>?>.allocate(capacity: count)
  slots.initialize(repeating: nil)
  defer {
    slots.deinitialize()
    slots.deallocate()
  }
  // Each index is written by the one thread that drew it, so the threads never share a slot.
  nonisolated(unsafe) let shared = slots
  withoutActuallyEscaping(transform) { transform in
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while !failed.load(ordering: .relaxed) {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let result = Result { try transform(index) }
        if case .failure = result { failed.store(true, ordering: .relaxed) }
        shared[index] = result
      }
    }
  }
  var results: [Element] = []
  results.reserveCapacity(count)
  for slot in slots {
    guard let slot else { continue }
    results.append(try slot.get())
  }
  return results
}
