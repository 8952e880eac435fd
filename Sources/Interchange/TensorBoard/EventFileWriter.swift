import Foundation

/// Writes an event file of scalars that TensorBoard shows.
///
/// The file is a sequence of records: length (8 bytes, little-endian) · masked CRC32C of the length · message · masked CRC32C of
/// the message. The messages are events in the encoding of protocol buffers; the first holds the version `brain.Event:2`, each
/// further one a step with its scalars.
///
/// A record is with the system when `append` returns, so that TensorBoard shows it and a killed process loses nothing.
public final class EventFileWriter {
  /// The path.
  public let path: String
  /// Bytes in the file so far: where a resumed run goes on after this moment.
  public private(set) var position: Int
  private let file: OutputFile

  /// Creates the file at `path`, over one that is there, and writes the first event.
  ///
  /// TensorBoard takes any file whose name contains `tfevents` for one of these.
  ///
  /// - Parameter wallTime: seconds since 1970.
  public init(
    creating path: String, wallTime: Double = Date().timeIntervalSince1970
  ) throws(InterchangeError) {
    self.path = path
    position = 0
    file = try OutputFile(creating: path)
    var event = ProtocolBuffer()
    event.append(1, wallTime)
    event.append(3, "brain.Event:2")
    try append(event)
  }

  /// Goes on with the file at `path` behind its first `position` bytes, which an earlier writer's `position` told; what is behind
  /// them, events of steps that a resumed run makes again, is cut off.
  ///
  /// Errors: `unwritable`, also where the file is shorter.
  public init(continuing path: String, at position: Int) throws(InterchangeError) {
    self.path = path
    self.position = position
    file = try OutputFile(continuing: path, at: position)
  }

  /// Appends the scalars of `step` as one event, in the given order.
  ///
  /// TensorBoard keeps single precision; what is not finite it draws as a mark of its own.
  ///
  /// - Parameter wallTime: seconds since 1970.
  public func append(
    _ scalars: [(tag: String, value: Double)], step: Int, wallTime: Double = Date().timeIntervalSince1970
  ) throws(InterchangeError) {
    var summary = ProtocolBuffer()
    for (tag, value) in scalars {
      var entry = ProtocolBuffer()
      entry.append(1, tag)
      entry.append(2, Float(value))
      summary.append(1, entry)
    }
    var event = ProtocolBuffer()
    event.append(1, wallTime)
    event.append(2, Int64(step))
    event.append(5, summary)
    try append(event)
  }

  /// Waits until all events are on the disk.
  public func synchronize() throws(InterchangeError) { try file.synchronize() }

  private func append(_ event: ProtocolBuffer) throws(InterchangeError) {
    let record = Self.record(event.bytes)
    try file.append(record[...])
    position += record.count
  }

  /// `message` with its length and the two checksums around it.
  static func record(_ message: [UInt8]) -> [UInt8] {
    func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    let length = littleEndian(UInt64(message.count))
    return length + littleEndian(CyclicRedundancyCheck.masked(length)) + message
      + littleEndian(CyclicRedundancyCheck.masked(message))
  }
}
