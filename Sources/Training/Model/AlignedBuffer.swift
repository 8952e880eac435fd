/// A block of numbers, aligned to cache lines, that grows on demand and is then reused.
struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable {
  /// The first number.
  private(set) var base: UnsafeMutablePointer<Element>
  /// Room for so many.
  private(set) var capacity: Int

  /// Room for a few.
  init() {
    capacity = 16
    base = Self.allocate(capacity)
  }

  deinit { base.deallocate() }

  /// Makes room for `count` numbers; the contents are lost if the block must grow.
  ///
  /// It grows by an eighth more than asked, since lengths vary from step to step and a slightly longer batch should not allocate again.
  mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    base.deallocate()
    capacity = count + count / 8
    base = Self.allocate(capacity)
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    let bytes = count * MemoryLayout<Element>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    // All bits 0: places that a mask leaves unwritten must not start as NaN.
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return memory.bindMemory(to: Element.self, capacity: count)
  }
}
