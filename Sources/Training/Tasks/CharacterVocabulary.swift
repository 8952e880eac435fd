/// A vocabulary of single characters behind three special tokens.
///
/// A character is a Unicode code point, not what looks like one letter: text comes back byte for byte, and `\r\n` or an accent written as a mark of its own are two
/// tokens. Token numbers follow the order in which the characters were given.
public struct CharacterVocabulary: Sendable, Hashable {
  /// The token of places without text.
  public static let padding: Int32 = 0
  /// The token that every sequence begins with.
  public static let beginningOfText: Int32 = 1
  /// The token that a response stops with.
  public static let endOfText: Int32 = 2
  /// How the special tokens are called where a vocabulary is written down, in the order of their numbers.
  public static let specialNames = ["<pad>", "<bos>", "<eos>"]

  /// What the generated problems and their worked responses are written in.
  public static let arithmetic = CharacterVocabulary(distinct: "0123456789+-*%=()<>,;:? ".unicodeScalars)

  /// The characters in the order of their tokens; the first has the token 3.
  public let characters: [Unicode.Scalar]
  private let tokens: [Unicode.Scalar: Int32]

  /// The vocabulary of `characters`, in their order.
  ///
  /// Throws `invalid` where a character occurs twice, or where there is none.
  public init(characters: String) throws(TrainingError) {
    var seen: Set<Unicode.Scalar> = []
    for scalar in characters.unicodeScalars where !seen.insert(scalar).inserted {
      throw .invalid(
        name: "the list of characters", value: "\"\(characters)\"",
        allowed: "hold '\(scalar)' once (it holds it twice)")
    }
    guard !seen.isEmpty else {
      throw .invalid(name: "the list of characters", value: "empty", allowed: "hold a character")
    }
    self.init(distinct: characters.unicodeScalars)
  }

  /// Every character that occurs in `texts`, in the order of code points, whatever the order of the texts.
  ///
  /// Throws `invalid` where no text has a character.
  public init(texts: some Sequence<String>) throws(TrainingError) {
    var found: Set<Unicode.Scalar> = []
    for text in texts { found.formUnion(text.unicodeScalars) }
    var characters = ""
    for scalar in found.sorted() { characters.unicodeScalars.append(scalar) }
    try self.init(characters: characters)
  }

  private init(distinct characters: some Sequence<Unicode.Scalar>) {
    self.characters = Array(characters)
    var tokens: [Unicode.Scalar: Int32] = [:]
    for (index, scalar) in self.characters.enumerated() {
      tokens[scalar] = Int32(Self.specialNames.count + index)
    }
    self.tokens = tokens
  }

  /// The number of tokens, the special ones included; a model's `vocabularySize`.
  public var count: Int { Self.specialNames.count + characters.count }
  /// `CharacterVocabulary.padding`.
  public var padding: Int32 { Self.padding }
  /// `CharacterVocabulary.beginningOfText`.
  public var beginningOfText: Int32 { Self.beginningOfText }
  /// `CharacterVocabulary.endOfText`.
  public var endOfText: Int32 { Self.endOfText }
  /// The characters as one text, from which `init(characters:)` makes the same vocabulary again.
  public var text: String {
    var text = ""
    text.unicodeScalars.append(contentsOf: characters)
    return text
  }

  /// The tokens of `text`, without special tokens around it.
  ///
  /// Throws `unknownCharacter` for the first character that the vocabulary lacks.
  public func encode(_ text: String) throws(TrainingError) -> [Int32] {
    var encoded: [Int32] = []
    encoded.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let token = tokens[scalar] else {
        throw .unknownCharacter(Character(scalar), text: String(text.prefix(80)))
      }
      encoded.append(token)
    }
    return encoded
  }

  /// The tokens of a prompt: `beginningOfText`, then the text.
  public func encodePrompt(_ prompt: String) throws(TrainingError) -> [Int32] {
    [beginningOfText] + (try encode(prompt))
  }

  /// The text of `tokens`; special tokens have none.
  ///
  /// - Precondition: every token in 0..<count.
  public func decode(_ tokens: some Sequence<Int32>) -> String {
    var text = ""
    for token in tokens {
      precondition((0..<Int32(count)).contains(token), "token \(token) is not in 0..<\(count)")
      let index = Int(token) - Self.specialNames.count
      if index >= 0 { text.unicodeScalars.append(characters[index]) }
    }
    return text
  }
}
