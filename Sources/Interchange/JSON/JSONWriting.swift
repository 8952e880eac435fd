extension JSONValue {
  /// The value as JSON text, without a newline at its end.
  ///
  /// Numbers have 17 significant digits, enough to read the same double back; integers print as integers; a number that is
  /// not finite prints as `null`, which JSON has no better word for.
  ///
  /// - Parameter pretty: one entry a line, indented by two spaces; otherwise all on one line.
  public func text(pretty: Bool) -> String {
    var output = ""
    write(to: &output, pretty: pretty, indent: 0)
    return output
  }

  private func write(to output: inout String, pretty: Bool, indent: Int) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .number(let value): output += value.isFinite ? DecimalText.seventeenDigits(value) : "null"
    case .string(let value): Self.quote(value, into: &output)
    case .array(let elements):
      Self.list(elements, "[", "]", &output, pretty, indent) { element, output in
        element.write(to: &output, pretty: pretty, indent: indent + 1)
      }
    case .object(let entries):
      Self.list(entries, "{", "}", &output, pretty, indent) { entry, output in
        Self.quote(entry.0, into: &output)
        output += pretty ? ": " : ":"
        entry.1.write(to: &output, pretty: pretty, indent: indent + 1)
      }
    }
  }

  private static func list<Element>(
    _ elements: [Element], _ open: String, _ close: String, _ output: inout String, _ pretty: Bool,
    _ indent: Int,
    _ body: (Element, inout String) -> Void
  ) {
    output += open
    for (index, element) in elements.enumerated() {
      if index > 0 { output += "," }
      if pretty { output += "\n" + String(repeating: "  ", count: indent + 1) }
      body(element, &output)
    }
    if pretty && !elements.isEmpty { output += "\n" + String(repeating: "  ", count: indent) }
    output += close
  }

  private static func quote(_ text: String, into output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{00}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
