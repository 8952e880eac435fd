/// The version of the tool, as `--version` and every written file state it.
enum ToolVersion {
  static let current = "0.1.0"
}
