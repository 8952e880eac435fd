/// A block of numbers, aligned to cache lines, that grows on demand and is then reused.
struct SamplerBuffer<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  init() {
    capacity = 16
    base = Self.allocate(capacity)
  }

  deinit { base.deallocate() }

  /// Makes room for `count` elements; the contents are lost if the block must grow.
  mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    base.deallocate()
    // A little more than asked: the next batch is often a little longer, and then allocates nothing.
    capacity = count + count / 8
    base = Self.allocate(capacity)
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
    // All bits 0: reused blocks hold finite numbers from the beginning.
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: count * MemoryLayout<Element>.stride)
    return memory.bindMemory(to: Element.self, capacity: count)
  }
}
