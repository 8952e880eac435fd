import Testing

/// Training may use a formula of the library only if the claims examine it or the arena runs it.
///
/// Every public type of `Estimators`, `Allocation` and `Modulation` that the code of `Sources/Training` mentions must be mentioned by the code of `Sources/Claims` or of `Sources/Arena`, which drives rollout rules by the same protocols. Comments do not count, on any side.
@Suite struct TrainingUsesExaminedFormulasTests {
  /// State machines that say which rollouts may end early, in alphabetical order.
  ///
  /// They read tokens, which the arena has none of. What they flag biases nothing: that is the business of `EarlyAbort`, whose weights the arena runs. Their transitions are tested by themselves.
  static let watchmen = ["StopLandmarks", "StopRule"]

  /// What rules are asked and shown, in alphabetical order: three protocols and the size of a pool, which compute nothing.
  static let shapes = ["PoolShape", "PromptSelector", "SequentialSampler", "TrajectoryStarter"]

  static let folders = ["Estimators", "Allocation", "Modulation"]

  /// The names of the public types that a text declares at any depth, by their last component.
  static func publicTypes(in text: String) -> [String] {
    code(text).matches(of: /(?m)^public (?:struct|enum|protocol|final class|typealias) (\w+)/).map {
      String($0.1)
    }
  }

  /// The text without line comments.
  static func code(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    }.joined(separator: "\n")
  }

  /// The words of a text's code.
  static func words(_ texts: [String]) -> Set<String> {
    Set(texts.flatMap { code($0).matches(of: /\w+/).map { String($0.0) } })
  }

  /// The types that `training` mentions and `claims` does not, in alphabetical order.
  static func unexamined(types: [String], training: [String], claims: [String]) -> [String] {
    let used = words(training)
    let examined = words(claims)
    return types.filter { used.contains($0) && !examined.contains($0) }.sorted()
  }

  static func texts(_ folder: String) throws -> [String] {
    try SourceTree.files(in: "Sources/\(folder)").map(\.text)
  }

  static func types() throws -> [String] {
    try folders.flatMap { try texts($0).flatMap(publicTypes) }
  }

  @Test func everyFormulaThatTrainingUsesIsExamined() throws {
    let types = try Self.types()
    let training = try Self.texts("Training")
    #expect(types.count > 50)
    let used = Self.words(training)
    #expect(types.count { used.contains($0) } > 20, "the trainer must use the library's formulas")
    let examined = try Self.texts("Claims") + Self.texts("Arena")
    let found = Self.unexamined(types: types, training: training, claims: examined)
    #expect(
      found == (Self.shapes + Self.watchmen).sorted(),
      "Training uses what neither a claim examines nor the arena runs")
    let tests = Self.words(try SourceTree.files(in: "Tests/AllocationTests").map(\.text))
    for name in Self.watchmen { #expect(tests.contains(name), "no test of \(name)") }
  }

  @Test func aTypeThatOnlyCommentsOfTheClaimsMentionIsNotExamined() {
    let library = """
      /// A rule.
      public struct Examined: Sendable {}
      public enum Unexamined {}
      struct Internal {}
      """
    let types = Self.publicTypes(in: library)
    #expect(types == ["Examined", "Unexamined"])
    let training = ["let a = Examined()\nlet b = Unexamined.value // Unmentioned"]
    #expect(
      Self.unexamined(types: types, training: training, claims: ["// Unexamined is well\nExamined()"])
        == ["Unexamined"])
    #expect(
      Self.unexamined(types: types, training: training, claims: ["Unexamined.value(Examined())"]).isEmpty)
    #expect(Self.unexamined(types: types, training: ["/// `Unexamined`"], claims: []).isEmpty)
    #expect(Self.unexamined(types: types, training: ["UnexaminedOther()"], claims: []).isEmpty)
  }
}
