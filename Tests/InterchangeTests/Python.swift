import Foundation

/// The Python on this machine, for reading back with other people's libraries what was written here.
enum Python {
  /// Whether the module can be imported.
  static func has(_ module: String) -> Bool { (try? run("import \(module)", [])) != nil }

  /// What `script` prints, called with `arguments`; an error with what it complained of if it fails.
  static func run(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    let output = Pipe()
    let complaints = Pipe()
    process.standardOutput = output
    process.standardError = complaints
    try process.run()
    // Both are short: neither pipe fills up while the other is read.
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let errors = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(text: String(decoding: errors, as: UTF8.self))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// A script that ended with an error.
  struct Failure: Error {
    var text: String
  }
}
