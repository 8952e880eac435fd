import Testing

@testable import Training

@Suite struct CharacterVocabularyTests {
  @Test func specialTokensComeFirstAndCharactersInTheirOrder() throws {
    let vocabulary = try CharacterVocabulary(characters: "ba0")
    #expect(vocabulary.count == 6)
    #expect([vocabulary.padding, vocabulary.beginningOfText, vocabulary.endOfText] == [0, 1, 2])
    #expect(try vocabulary.encode("0ab") == [5, 4, 3])
    #expect(try vocabulary.encodePrompt("b") == [1, 3])
    #expect(vocabulary.decode([1, 5, 0, 4, 3, 2]) == "0ab")
  }

  @Test func theArithmeticVocabularyIsSmallAndKeepsItsNumbering() throws {
    #expect(CharacterVocabulary.arithmetic.count < 64)
    // A saved model means these numbers; moving them would silently break every checkpoint.
    #expect(try CharacterVocabulary.arithmetic.encode("09+= ") == [3, 12, 13, 17, 26])
  }

  @Test func textComesBackByteForByte() throws {
    // A carriage return before a newline, a composed and a decomposed accent: equal as Swift strings, not as bytes.
    let texts = ["a\r\nb\n", "\u{E9}", "e\u{301}", "½ 木 🧮"]
    let vocabulary = try CharacterVocabulary(texts: texts)
    for text in texts {
      #expect(Array(vocabulary.decode(try vocabulary.encode(text)).utf8) == Array(text.utf8))
    }
  }

  @Test func aVocabularyOfTextsDoesNotDependOnTheirOrder() throws {
    let forward = try CharacterVocabulary(texts: ["zb", "a?"])
    #expect(try CharacterVocabulary(texts: ["?a", "bz", "a"]) == forward)
    #expect(forward.text == "?abz")
    #expect(try CharacterVocabulary(characters: forward.text) == forward)
  }

  @Test func anUnknownCharacterIsNamed() {
    #expect(throws: TrainingError.unknownCharacter("x", text: "1+x=")) {
      try CharacterVocabulary.arithmetic.encode("1+x=")
    }
  }

  @Test func repeatedAndMissingCharactersAreRefused() {
    #expect(throws: TrainingError.self) { try CharacterVocabulary(characters: "aba") }
    #expect(throws: TrainingError.self) { try CharacterVocabulary(characters: "") }
    #expect(throws: TrainingError.self) { try CharacterVocabulary(texts: []) }
  }
}
