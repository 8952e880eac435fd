import Foundation

/// Reads the lines of a file, of standard input or of bytes in memory, one at a time, in bounded memory.
///
/// The buffer holds one line and one block, whatever the length of the file; a line beyond `longestLine` is passed over and
/// reported as too long, never stored. A byte order mark before the first line and a carriage return before a newline are
/// taken off. The last line needs no newline.
public final class LineReader {
  /// The longest line that is kept unless the caller says otherwise: 64 MiB.
  public static let defaultLongestLine = 64 << 20
  /// Readable bytes behind every line, the first of them never part of a JSON text; what the JSON parser needs.
  static let padding = 64

  /// The name that errors carry: the path, or `<stdin>`.
  public let name: String
  /// The number of the line read last, counted from 1.
  public private(set) var lineNumber = 0
  /// Whether the line read last was longer than allowed; its bytes are then empty.
  public private(set) var isTooLong = false

  private let descriptor: Int32
  private let ownsDescriptor: Bool
  private let longestLine: Int
  private let blockSize: Int
  private var buffer: UnsafeMutableRawBufferPointer
  /// The unread bytes are buffer[start..<end].
  private var start = 0
  private var end = 0
  private var isAtEnd = false

  /// Opens the file at `path`, or standard input where `path` is `-`.
  public init(
    path: String, longestLine: Int = LineReader.defaultLongestLine, blockSize: Int = 1 << 20
  ) throws(InterchangeError) {
    precondition(
      longestLine > 0 && blockSize > 0,
      "longestLine is \(longestLine), blockSize \(blockSize): both must be positive")
    self.longestLine = longestLine
    self.blockSize = blockSize
    if path == "-" {
      name = "<stdin>"
      descriptor = STDIN_FILENO
      ownsDescriptor = false
    } else {
      name = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      ownsDescriptor = true
    }
    buffer = .allocate(byteCount: blockSize + Self.padding, alignment: 64)
    guard descriptor >= 0 else {
      throw .missing(file: path, reason: String(cString: strerror(errno)))
    }
  }

  /// Reads lines from memory.
  public init(bytes: some Collection<UInt8>, name: String, longestLine: Int = LineReader.defaultLongestLine) {
    precondition(longestLine > 0, "longestLine is \(longestLine), it must be positive")
    self.name = name
    self.longestLine = longestLine
    blockSize = 1 << 16
    descriptor = -1
    ownsDescriptor = false
    isAtEnd = true
    buffer = .allocate(byteCount: bytes.count + Self.padding, alignment: 64)
    buffer.copyBytes(from: bytes)
    end = bytes.count
  }

  deinit {
    buffer.deallocate()
    if ownsDescriptor && descriptor >= 0 { close(descriptor) }
  }

  /// The next line without its newline; nil at the end.
  ///
  /// The bytes are valid until the next call.
  public func next() throws(InterchangeError) -> UnsafeRawBufferPointer? {
    isTooLong = false
    var searched = start
    while true {
      if let newline = firstNewline(from: searched) {
        defer { start = newline + 1 }
        lineNumber += 1
        return line(from: start, to: newline)
      }
      searched = end
      if isAtEnd {
        guard start < end || isTooLong else { return nil }
        defer { start = end }
        lineNumber += 1
        return line(from: start, to: end)
      }
      if end - start > longestLine {
        // What was read of the line is thrown away; only its end is still looked for.
        isTooLong = true
        start = end
      }
      searched -= start
      try fill()
      searched += start
    }
  }

  private func firstNewline(from position: Int) -> Int? {
    guard position < end, let base = buffer.baseAddress,
      let hit = memchr(base + position, 0x0A, end - position)
    else {
      return nil
    }
    return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
  }

  private func line(from lower: Int, to upper: Int) -> UnsafeRawBufferPointer {
    if isTooLong || upper - lower > longestLine {
      isTooLong = true
      return UnsafeRawBufferPointer(start: buffer.baseAddress, count: 0)
    }
    var lower = lower
    var upper = upper
    if upper > lower && buffer[upper - 1] == 0x0D { upper -= 1 }
    if lineNumber == 1 && upper - lower >= 3 && buffer[lower] == 0xEF && buffer[lower + 1] == 0xBB
      && buffer[lower + 2] == 0xBF
    {
      lower += 3
    }
    // At the end of the input no newline follows: a zero stands in for it.
    if upper == end { buffer[upper] = 0 }
    return UnsafeRawBufferPointer(rebasing: buffer[lower..<upper])
  }

  /// Reads one more block behind the unread bytes, which first move to the buffer's start.
  private func fill() throws(InterchangeError) {
    if start > 0 {
      if end > start, let base = buffer.baseAddress { memmove(base, base + start, end - start) }
      end -= start
      start = 0
    }
    if end + blockSize + Self.padding > buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(2 * buffer.count, end + blockSize + Self.padding), alignment: 64)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
      buffer.deallocate()
      buffer = larger
    }
    guard let base = buffer.baseAddress else { return }
    var count = read(descriptor, base + end, blockSize)
    while count < 0 && errno == EINTR { count = read(descriptor, base + end, blockSize) }
    guard count >= 0 else { throw .unreadable(file: name, reason: String(cString: strerror(errno))) }
    if count == 0 { isAtEnd = true }
    end += count
  }
}
