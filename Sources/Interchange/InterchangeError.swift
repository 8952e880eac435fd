/// What can be wrong with other people's data.
public enum InterchangeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be opened.
  case missing(file: String, reason: String)
  /// The file was opened and could not be read to its end.
  case unreadable(file: String, reason: String)
  /// The file cannot be written.
  case unwritable(file: String, reason: String)
  /// A text or a line of a file is malformed; `line` counts from 1 and `field` names the field or column where there is one.
  case damaged(file: String, line: Int, field: String?, reason: String)
  /// A value is well-formed and not allowed.
  case invalidValue(file: String, line: Int, field: String, value: String, allowed: String)
  /// A file of tensors is malformed or not the one that is needed; `tensor` is the name of the tensor where it is about one.
  case damagedTensor(file: String, tensor: String?, reason: String)
  /// The file is neither of the formats that are read here.
  case unrecognised(file: String, reason: String)
  /// More lines are damaged than the caller allows.
  case tooManyDamaged(damaged: Int, lines: Int, share: Double, first: String)
  /// Nothing to work on.
  case empty(files: [String], reason: String)

  /// One sentence that names file, line and field.
  public var description: String {
    switch self {
    case .missing(let file, let reason): return "cannot open '\(file)': \(reason)"
    case .unreadable(let file, let reason): return "cannot read '\(file)': \(reason)"
    case .unwritable(let file, let reason): return "cannot write '\(file)': \(reason)"
    case .damaged(let file, let line, let field, let reason):
      return "\(file):\(line): \(field.map { "field '\($0)': " } ?? "")\(reason)"
    case .invalidValue(let file, let line, let field, let value, let allowed):
      return "\(file):\(line): field '\(field)': the value \(value) is not allowed: \(allowed)"
    case .damagedTensor(let file, let tensor, let reason):
      return "\(file): \(tensor.map { "tensor '\($0)': " } ?? "")\(reason)"
    case .unrecognised(let file, let reason): return "\(file): \(reason)"
    case .tooManyDamaged(let damaged, let lines, let share, let first):
      return
        "\(damaged) of \(lines) lines are damaged, more than the allowed share of \(share); the first: \(first)"
    case .empty(let files, let reason): return "\(files.joined(separator: ", ")): \(reason)"
    }
  }
}
