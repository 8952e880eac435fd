import Foundation
import Testing

@testable import Interchange

@Suite struct EventFileTests {
  /// The check value of the catalogue of CRCs, and the vectors of RFC 3720, appendix B.4.
  @Test func checksumsMatchThePublishedVectors() {
    #expect(CyclicRedundancyCheck.castagnoli("123456789".utf8) == 0xE306_9283)
    #expect(CyclicRedundancyCheck.castagnoli([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CyclicRedundancyCheck.castagnoli([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CyclicRedundancyCheck.castagnoli((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(CyclicRedundancyCheck.castagnoli((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
    // An iSCSI read command.
    let command: [UInt8] = [
      0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0,
      0,
      0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
    ]
    #expect(CyclicRedundancyCheck.castagnoli(command) == 0xD996_3A56)
    #expect(CyclicRedundancyCheck.castagnoli([]) == 0)
  }

  /// The numbers 150 and −1 and the text "testing" are the examples of the encoding's documentation.
  @Test func messagesHaveTheDocumentedEncoding() {
    var message = ProtocolBuffer()
    message.append(1, Int64(150))
    #expect(message.bytes == [0x08, 0x96, 0x01])
    var inner = ProtocolBuffer()
    inner.append(2, "testing")
    #expect(inner.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    message.append(3, inner)
    #expect(message.bytes == [0x08, 0x96, 0x01, 0x1A, 0x09] + inner.bytes)
    var negative = ProtocolBuffer()
    negative.append(1, Int64(-1))
    #expect(negative.bytes == [0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
    var number = ProtocolBuffer()
    number.append(1, 1.0)
    number.append(2, Float(1))
    #expect(number.bytes == [0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x15, 0, 0, 0x80, 0x3F])
  }

  @Test func aContinuedFileIsTheOneThatWasNeverInterrupted() throws {
    try withTemporaryDirectory { directory in
      func write(_ writer: EventFileWriter, _ steps: ClosedRange<Int>) throws {
        for step in steps {
          try writer.append([("loss", 1 / Double(step))], step: step, wallTime: Double(step))
        }
        try writer.synchronize()
      }
      let (whole, resumed) = (directory + "/tfevents.whole", directory + "/tfevents.resumed")
      try write(EventFileWriter(creating: whole, wallTime: 0), 1...6)
      let first = try EventFileWriter(creating: resumed, wallTime: 0)
      try write(first, 1...3)
      let position = first.position
      // Steps 4 and 5 were made, but the checkpoint is of step 3.
      try write(first, 4...5)
      let second = try EventFileWriter(continuing: resumed, at: position)
      try write(second, 4...6)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: resumed))
      #expect(try bytes == Data(contentsOf: URL(fileURLWithPath: whole)))
      #expect(second.position == bytes.count)
      #expect(
        throws: InterchangeError.unwritable(
          file: resumed,
          reason: "it has \(bytes.count) bytes and was to be continued at \(bytes.count + 1)")
      ) { try EventFileWriter(continuing: resumed, at: bytes.count + 1) }
      #expect(throws: InterchangeError.self) { try EventFileWriter(continuing: directory + "/none", at: 0) }
      #expect(throws: InterchangeError.self) { try EventFileWriter(creating: directory) }
    }
  }

  @Test(
    .enabled(
      if: Python.has("tensorboard.backend.event_processing.event_accumulator"),
      "needs Python with tensorboard"))
  func tensorBoardReadsWhatIsWritten() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/events.out.tfevents.0.test"
      let writer = try EventFileWriter(creating: path, wallTime: 1000.5)
      try writer.append(
        [("reward/mean", 0.25), ("é", 1e-300)], step: 0, wallTime: 1001.25)
      try writer.append([("reward/mean", 0.1)], step: 300, wallTime: 1002)
      try writer.append([("reward/mean", .infinity)], step: 1 << 40, wallTime: 1003)
      // Beyond 127 bytes, lengths take more than one byte.
      try writer.append([(String(repeating: "t", count: 300), -1)], step: 301, wallTime: 1004)
      let script = """
        import sys
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
        events.Reload()
        print(events.FirstEventTimestamp(), events.file_version)
        for tag in sorted(events.Tags()["scalars"]):
            print(ascii(tag[:12]), len(tag), [(e.step, e.wall_time, e.value) for e in events.Scalars(tag)])
        """
      #expect(
        try Python.run(script, [path]) == """
          1000.5 2.0
          'reward/mean' 11 [(0, 1001.25, 0.25), (300, 1002.0, 0.10000000149011612), (1099511627776, 1003.0, inf)]
          'tttttttttttt' 300 [(301, 1004.0, -1.0)]
          '\\xe9' 1 [(0, 1001.25, 0.0)]

          """)
    }
  }
}
