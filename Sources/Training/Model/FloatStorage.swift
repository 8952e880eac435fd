/// A block of floats, aligned to cache lines, that grows on demand and is then reused.
struct FloatStorage: ~Copyable {
  /// The first float.
  private(set) var base: UnsafeMutablePointer<Float>
  /// The number of floats.
  private(set) var capacity: Int

  /// Room for one cache line.
  init() {
    capacity = 16
    base = Self.allocate(capacity)
  }

  deinit { base.deallocate() }

  /// Makes room for `count` floats; the contents are lost if the block must grow.
  ///
  /// It grows by an eighth more than asked, since lengths vary from step to step and a slightly longer batch should not allocate again.
  mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    base.deallocate()
    capacity = count + count / 8
    base = Self.allocate(capacity)
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    // Zeroed once: buffers that a mask leaves unwritten must not start as NaN.
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
    let floats = memory.bindMemory(to: Float.self, capacity: count)
    floats.initialize(repeating: 0, count: count)
    return floats
  }
}
