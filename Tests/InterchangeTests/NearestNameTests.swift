import Testing

@testable import Interchange

@Suite struct NearestNameTests {
  /// All words over two letters of at most `length` letters.
  private static func words(_ length: Int) -> [[UInt8]] {
    var words: [[UInt8]] = [[]]
    var last: [[UInt8]] = [[]]
    for _ in 0..<length {
      last = last.flatMap { word in [97, 98, 99].map { word + [$0] } }
      words += last
    }
    return words
  }

  /// One edit away from `word`, over three letters, no longer than `longest`.
  private static func neighbours(_ word: [UInt8], longest: Int) -> [[UInt8]] {
    var found: [[UInt8]] = []
    for position in 0...word.count {
      if word.count < longest {
        for letter in [97, 98, 99] as [UInt8] {
          found.append(Array(word[..<position]) + [letter] + Array(word[position...]))
        }
      }
      guard position < word.count else { continue }
      var shorter = word
      shorter.remove(at: position)
      found.append(shorter)
      for letter in [97, 98, 99] as [UInt8] where letter != word[position] {
        var changed = word
        changed[position] = letter
        found.append(changed)
      }
      if position + 1 < word.count {
        var swapped = word
        swapped.swapAt(position, position + 1)
        found.append(swapped)
      }
    }
    return found
  }

  /// The distance is the length of the shortest path in the graph of words, found by breadth-first search.
  ///
  /// Words of four letters never need one of more than five on the way: insertions can wait until a deletion has made room.
  @Test func distanceIsTheShortestPathOfEdits() {
    for start in Self.words(4) where start.count >= 2 {
      var distances: [[UInt8]: Int] = [start: 0]
      var front = [start]
      while !front.isEmpty {
        var next: [[UInt8]] = []
        for word in front {
          for neighbour in Self.neighbours(word, longest: 5) where distances[neighbour] == nil {
            distances[neighbour] = (distances[word] ?? 0) + 1
            next.append(neighbour)
          }
        }
        front = next
      }
      for word in Self.words(4) {
        let found = NearestName.distance(start, word)
        #expect(found == distances[word], "\(start) to \(word): \(found)")
      }
    }
  }

  /// "ca" to "abc" is the known case in which editing between swapped letters saves a step (2 instead of 3).
  @Test func knownDistances() {
    func distance(_ a: String, _ b: String) -> Int { NearestName.distance(Array(a.utf8), Array(b.utf8)) }
    #expect(distance("ca", "abc") == 2)
    #expect(distance("kitten", "sitting") == 3)
    #expect(distance("", "abc") == 3 && distance("abc", "") == 3 && distance("", "") == 0)
    #expect(distance("hte", "the") == 1)
  }

  @Test func theNearestNameIsSuggested() {
    let names = ["learning_rate", "learning_steps", "model.hidden_size", "seed", "method"]
    #expect(NearestName.suggestion(for: "learning-rate", among: names) == "learning_rate")
    #expect(NearestName.suggestion(for: "learnign_rate", among: names) == "learning_rate")
    #expect(NearestName.suggestion(for: "hidden_size", among: names) == "model.hidden_size")
    #expect(NearestName.suggestion(for: "Sede", among: names) == "seed")
    #expect(NearestName.suggestion(for: "temperature", among: names) == nil)
    #expect(NearestName.suggestion(for: "", among: names) == nil)
    #expect(NearestName.suggestion(for: String(repeating: "x", count: 1_000_000), among: names) == nil)
    #expect(NearestName.suggestion(for: "x", among: []) == nil)
  }

  @Test func allUnknownKeysAreReportedAtOnceWithTheirPlaces() throws {
    let entries = try SettingsFile.read(
      Array("seed: 1\nlearning_rat: 1\nmodel:\n  width: 2\n".utf8), file: "run.yaml")
    let known = ["seed", "learning_rate", "model.hidden_size"]
    #expect(
      SettingsFile.checkKeys(entries, known: known, file: "run.yaml").map(\.description) == [
        "run.yaml:2:1: 'learning_rat': there is no such setting; did you mean 'learning_rate'?",
        "run.yaml:4:3: 'model.width': there is no such setting",
      ])
    let many = try SettingsFile.read(Array((0..<60).map { "k\($0): 1\n" }.joined().utf8), file: "f")
    let problems = SettingsFile.checkKeys(many, known: known, file: "f")
    #expect(problems.count == 50)
    #expect(problems.last?.reason == "there is no such setting (and 10 more that do not exist)")
  }
}
