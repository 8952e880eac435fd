import Foundation
import Testing

@testable import Interchange

private func records(_ text: String) throws(InterchangeError) -> [TaskRecord] {
  let reader = try TaskFileReader(LineReader(bytes: Array(text.utf8), name: "tasks"))
  var records: [TaskRecord] = []
  while let record = try reader.next() { records.append(record) }
  return records
}

@Suite struct TaskFileReaderTests {
  @Test func promptLinesAreReadWithTheirOptionalFields() throws {
    let found = try records(
      """
      {"prompt":"1+1=","answer":"2"}

      {"tier":"addition-2","answer":-42,"prompt":"a\\n\\"b\\"","split":"addition","solution":"1;2","other":[1]}
      {"prompt":"x","answer":"y","split":null}
      """)
    #expect(
      found == [
        TaskRecord(prompt: "1+1=", answer: "2", line: 1),
        TaskRecord(
          prompt: "a\n\"b\"", answer: "-42", solution: "1;2", split: "addition", tier: "addition-2", line: 3),
        TaskRecord(prompt: "x", answer: "y", line: 4),
      ])
  }

  // The form of GSM8K's lines, with a text of our own.
  @Test func questionLinesGiveTheGoldAnswerAndTheSolutionWithoutNotes() throws {
    let found = try records(
      #"{"question":"Six crates of 200?","answer":"There are 6*200=<<6*200=1200>>1200 pears.\nSo <<1200/1=1200>>1,200.\n#### 1,200"}"#
    )
    #expect(
      found == [
        TaskRecord(
          prompt: "Six crates of 200?", answer: "1200",
          solution: "There are 6*200=1200 pears.\nSo 1,200.\n#### 1200", line: 1)
      ])
  }

  @Test(arguments: [
    ("#### 42", "42", "#### 42"), ("x\n####-3 \n", "-3", "x\n#### -3"),
    ("a #### 1\n#### 2.50", "2.50", "a #### 1\n#### 2.50"),
    ("<<>>\n#### 7", "7", "#### 7"), ("1 > 0, 0 < 1 >> x\r\n#### 7", "7", "1 > 0, 0 < 1 >> x\n#### 7"),
  ]) func workedAnswersAreTakenApart(text: String, answer: String, solution: String) throws {
    let worked = try WorkedAnswer(text)
    #expect(worked.answer == answer && worked.solution == solution)
  }

  @Test(arguments: [
    (#"{"prompt":"a"}"#, "tasks:1: field 'answer': is missing"),
    (#"{"answer":"a"}"#, "tasks:1: field 'prompt': is missing, and so is 'question'"),
    (
      #"{"prompt":"a","question":"b","answer":"c"}"#,
      "tasks:1: field 'question': stands beside 'prompt'; a problem has one of the two"
    ),
    (#"{"prompt":"","answer":"c"}"#, "tasks:1: field 'prompt': is empty"),
    (#"{"prompt":"a","answer":""}"#, "tasks:1: field 'answer': is empty"),
    (#"{"prompt":3,"answer":"c"}"#, "tasks:1: field 'prompt': must be a string"),
    (#"{"prompt":"a","answer":["c"]}"#, "tasks:1: field 'answer': must be a string"),
    (#"{"prompt":"a","answer":true}"#, "tasks:1: field 'answer': must be a string"),
    (
      #"{"prompt":"a","answer":1.5}"#,
      "tasks:1: field 'answer': is a number that is no 64-bit integer; write it as a string"
    ),
    (
      #"{"prompt":"a","answer":123456789012345678901234567890}"#,
      "tasks:1: field 'answer': is a number that is no 64-bit integer; write it as a string"
    ),
    (#"{"prompt":"a","answer":"b","split":1}"#, "tasks:1: field 'split': must be a string"),
    (#"{"prompt":"a","answer":"b","tier":{}}"#, "tasks:1: field 'tier': must be a string"),
    (
      #"{"question":"a","answer":"42"}"#,
      "tasks:1: field 'answer': has no '####' with the final answer behind it"
    ),
    (
      #"{"question":"a","answer":"x #### many"}"#,
      "tasks:1: field 'answer': has \"many\" behind '####', which is no number"
    ),
    (
      #####"{"question":"a","answer":"####"}"#####,
      "tasks:1: field 'answer': has \"\" behind '####', which is no number"
    ),
    (
      #####"{"question":"a","answer":"#### ٤٢"}"#####,
      "tasks:1: field 'answer': has \"٤٢\" behind '####', which is no number"
    ),
    (
      #"{"question":"a","answer":"<<1+1 \n#### 2"}"#,
      "tasks:1: field 'answer': has a calculator note '<<' without its '>>'"
    ),
    (
      #"{"question":"a","answer":42}"#,
      "tasks:1: field 'answer': has no '####' with the final answer behind it"
    ),
  ]) func damageIsNamedByFileLineAndField(line: String, message: String) {
    #expect {
      try records(line)
    } throws: { error in
      "\(error)" == message
    }
  }

  @Test(arguments: [
    #"{"prompt":"a","answer":"b""#, #"["prompt"]"#, "prompt,answer",
    #"{"prompt":"a","prompt":"b","answer":"c"}"#,
    #"{"prompt":"a","answer":"b"} x"#, #"{"prompt":"\ud800","answer":"b"}"#,
    #"{"prompt":"a","answer":"b","n":01}"#,
  ]) func malformedLinesAreDamagedWhereTheyStand(line: String) {
    let good = #"{"prompt":"a","answer":"b"}"#
    #expect {
      try records(good + "\n" + line + "\n" + good)
    } throws: { error in
      if case .damaged("tasks", 2, _, _)? = error as? InterchangeError { true } else { false }
    }
  }

  @Test func bytesThatAreNoTextAreDamage() {
    let bytes = Array(#"{"prompt":"a"#.utf8) + [0xFF] + Array(#"","answer":"b"}"#.utf8)
    #expect(throws: InterchangeError.self) {
      try TaskFileReader(LineReader(bytes: bytes, name: "tasks")).next()
    }
  }

  @Test func filesWithoutProblemsAndMissingFilesAreRefused() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/tasks.jsonl"
      try Data("\n  \n".utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: InterchangeError.empty(files: [path], reason: "the file has no problem")) {
        try TaskFileReader.records(path: path)
      }
      #expect(throws: InterchangeError.self) { try TaskFileReader.records(path: directory + "/none") }
      #expect(throws: InterchangeError.self) { try TaskFileReader.records(path: directory) }
    }
  }

  @Test func aFileOfManyLinesIsReadInOrder() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/tasks.jsonl"
      // More than one block of the line reader.
      let text = (0..<40_000).map { #"{"prompt":"\#($0)+1=","answer":"\#($0 + 1)","note":"äöü"}"# }
        .joined(separator: "\r\n")
      try Data(("\u{FEFF}" + text).utf8).write(to: URL(fileURLWithPath: path))
      let found = try TaskFileReader.records(path: path)
      #expect(found.count == 40_000)
      #expect(
        found.enumerated().allSatisfy {
          $0.element == TaskRecord(prompt: "\($0.offset)+1=", answer: "\($0.offset + 1)", line: $0.offset + 1)
        })
    }
  }
}
