/// What a rule's memory must fit when it is read back from a file.
public struct PoolShape: Sendable, Hashable {
  /// The prompts of the pool.
  public var promptCount: Int
  /// The features of a prompt; nil where they are not known.
  public var featureCount: Int?

  /// Collects the two.
  public init(promptCount: Int, featureCount: Int? = nil) {
    self.promptCount = promptCount
    self.featureCount = featureCount
  }

  /// Whether a place lies in the pool.
  func contains(_ prompt: Int) -> Bool { prompt >= 0 && prompt < promptCount }
}
