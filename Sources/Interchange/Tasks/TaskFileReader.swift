/// Reads problems from JSON lines, one object a line, in either of two forms.
///
/// - `{"prompt": …, "answer": …, "solution"?: …, "split"?: …, "tier"?: …}`, all strings; an answer may also be an integer.
/// - `{"question": …, "answer": …, "split"?: …, "tier"?: …}` as in GSM8K, whose answer is a worked response that ends in `#### 42`; see `WorkedAnswer`.
///
/// Other fields are passed over, blank lines too; null is as good as absent. The first damaged line ends the reading, with the file, the line and the field: a training set with holes would be
/// another training set. Lines are streamed: memory holds what is kept, and one line.
///
/// - Source: `cobbe2021` for the second form.
public struct TaskFileReader {
  private static let prompt = 0
  private static let question = 1
  private static let answer = 2
  private static let solution = 3
  private static let split = 4
  private static let tier = 5
  private static let names = ["prompt", "question", "answer", "solution", "split", "tier"]

  private let fields: JSONLineFields

  /// A reader of `lines`.
  public init(_ lines: LineReader) throws(InterchangeError) {
    fields = try JSONLineFields(lines, Self.names.map { .init($0) })
  }

  /// The next problem; nil at the end.
  public func next() throws(InterchangeError) -> TaskRecord? {
    guard try fields.next() else { return nil }
    let prompt = try string(Self.prompt)
    let question = try string(Self.question)
    switch (prompt, question) {
    case (let prompt?, nil):
      return TaskRecord(
        prompt: prompt, answer: try requiredAnswer(), solution: try string(Self.solution),
        split: try string(Self.split), tier: try string(Self.tier), line: fields.lineNumber)
    case (nil, let question?):
      let written = try requiredAnswer()
      let worked: WorkedAnswer
      do throws(WorkedAnswer.Flaw) { worked = try WorkedAnswer(written) } catch {
        throw fields.damaged(Self.names[Self.answer], error.description)
      }
      return TaskRecord(
        prompt: question, answer: worked.answer, solution: worked.solution, split: try string(Self.split),
        tier: try string(Self.tier), line: fields.lineNumber)
    case (nil, nil): throw fields.damaged("prompt", "is missing, and so is 'question'")
    default: throw fields.damaged("question", "stands beside 'prompt'; a problem has one of the two")
    }
  }

  /// All problems of the file at `path` (`-`: standard input).
  ///
  /// Throws `empty` where the file has none.
  public static func records(path: String) throws(InterchangeError) -> [TaskRecord] {
    let lines = try LineReader(path: path)
    let reader = try TaskFileReader(lines)
    var records: [TaskRecord] = []
    while let record = try reader.next() { records.append(record) }
    guard !records.isEmpty else { throw .empty(files: [lines.name], reason: "the file has no problem") }
    return records
  }

  private func requiredAnswer() throws(InterchangeError) -> String {
    if case .number(_, let integer?) = fields.value(Self.answer) { return String(integer) }
    if case .number = fields.value(Self.answer) {
      throw fields.damaged(
        Self.names[Self.answer], "is a number that is no 64-bit integer; write it as a string")
    }
    guard let answer = try string(Self.answer) else {
      throw fields.damaged(Self.names[Self.answer], "is missing")
    }
    return answer
  }

  /// The text of a field; nil where it is absent.
  private func string(_ index: Int) throws(InterchangeError) -> String? {
    switch fields.value(index) {
    case .absent: return nil
    case .text(let text):
      guard !text.isEmpty else { throw fields.damaged(Self.names[index], "is empty") }
      return text
    default: throw fields.damaged(Self.names[index], "must be a string")
    }
  }
}
