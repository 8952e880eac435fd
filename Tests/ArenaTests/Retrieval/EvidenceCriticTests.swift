import Foundation
import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct EvidenceCriticTests {
  private static let key = StreamKey(seed: 3, claim: "critic-tests")

  /// (f(x + h) − f(x − h))/2h is off by h²f‴/6 and by rounding of order 1e-16/h: with h = 1e-5 about 1e-10 for slopes of order one.
  private func centralDifference(_ value: (Double) -> Double) -> Double {
    (value(1e-5) - value(-1e-5)) / 2e-5
  }

  @Test func theLossOfAListIsWhatItsFormulaGives() {
    // By hand: logits 0 and log 3, scores 1/2 and 1. BCE: log 2 and log(4/3), mean. Softmax (1/4, 3/4), targets (1/3, 2/3).
    var slopes = [0.0, 0.0]
    let value = EvidenceLoss().value(logits: [0, log(3)], scores: [0.5, 1], slopes: &slopes)
    let expected = (log(2) + log(4.0 / 3)) / 2 + log(4) / 3 + log(4.0 / 3) * 2 / 3
    #expect(isClose(value, expected))
    #expect(isClose(slopes[0], (0.5 - 0.5) / 2 + (0.25 - 1.0 / 3)))
    #expect(isClose(slopes[1], (0.75 - 1) / 2 + (0.75 - 2.0 / 3)))
  }

  @Test func aListWithoutAPositiveHasNoListwiseTerm() {
    var slopes = [0.0, 0.0]
    let both = EvidenceLoss().value(logits: [1, -2], scores: [0, 0], slopes: &slopes)
    let first = EvidenceLoss(listwiseWeight: 0).value(logits: [1, -2], scores: [0, 0], slopes: &slopes)
    #expect(both == first)
  }

  @Test func extremeLogitsHaveFiniteLosses() {
    var slopes = [0.0, 0.0]
    let value = EvidenceLoss(temperature: 0.5).value(logits: [800, -800], scores: [0, 1], slopes: &slopes)
    // BCE 800 for each of the two; the softmax puts log-probability −3200 on the second.
    #expect(isClose(value, 800 + 3200))
    #expect(slopes.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [0.25, 1, 3]) func slopesOfTheLossAreItsDifferenceQuotients(temperature: Double) {
    let loss = EvidenceLoss(temperature: temperature, listwiseWeight: 0.7)
    let logits = [0.3, -1.2, 2.1, 0]
    let scores = [0.2, 0, 1, 0.6]
    var slopes = [Double](repeating: 0, count: 4)
    _ = loss.value(logits: logits, scores: scores, slopes: &slopes)
    for place in 0..<4 {
      let quotient = centralDifference { step in
        var moved = logits
        moved[place] += step
        var ignored = slopes
        return loss.value(logits: moved, scores: scores, slopes: &ignored)
      }
      #expect(abs(quotient - slopes[place]) < 1e-8)
    }
  }

  @Test(arguments: [0, 1, 5]) func theGradientOfTheCriticIsItsDifferenceQuotients(hidden: Int) {
    var stream = RandomStream(Self.key)
    let lists = [4, 1, 3].map { count in (0..<(count * 3)).map { _ in stream.normal() } }
    let scores = [[0.2, 0, 1, 0], [0.4], [0, 0, 0]]
    let scale = FeatureScale(rows: lists.flatMap { $0 }, width: 3)
    var critic = EvidenceCritic(scale: scale, hidden: hidden, key: Self.key)
    #expect(critic.weights.count == (hidden == 0 ? 4 : hidden * 5 + 1))
    for index in critic.weights.indices { critic.weights[index] += 0.3 * stream.normal() }
    var gradient = critic.weights
    let loss = EvidenceLoss(temperature: 0.8)
    _ = EvidenceTraining.value(critic, loss: loss, features: lists, scores: scores, gradient: &gradient)
    for index in critic.weights.indices {
      let quotient = centralDifference { step in
        var moved = critic
        moved.weights[index] += step
        var ignored = gradient
        return EvidenceTraining.value(
          moved, loss: loss, features: lists, scores: scores, gradient: &ignored)
      }
      #expect(abs(quotient - gradient[index]) < 1e-8, "weight \(index)")
    }
  }

  @Test func trainingLowersTheLossAndDependsOnTheKeyAlone() {
    let world = RetrievalWorld(.adversarial(queries: 40, documents: 60), key: Self.key)
    let teacher = RobustnessScore(world, key: Self.key)
    let lists = (0..<40).map { EvidenceList.unselected(teacher, query: $0, candidates: 60, key: Self.key) }
    func loss(_ critic: EvidenceCritic) -> Double {
      let features = lists.map { list -> [Double] in
        var rows = list.features(world)
        critic.scale.apply(&rows)
        return rows
      }
      var gradient = critic.weights
      return EvidenceTraining.value(
        critic, loss: EvidenceLoss(), features: features, scores: lists.map(\.scores), gradient: &gradient)
    }
    for hidden in [0, 4] {
      var training = EvidenceTraining()
      training.hidden = hidden
      let trained = training.critic(world, lists: lists, key: Self.key)
      #expect(trained == training.critic(world, lists: lists, key: Self.key))
      training.epochs = 0
      #expect(loss(trained) < 0.9 * loss(training.critic(world, lists: lists, key: Self.key)))
    }
  }

  @Test func aSelectedListHasOnePositiveAndNegativesOfScoreZero() {
    let world = RetrievalWorld(.adversarial(queries: 30, documents: 80), key: Self.key)
    let teacher = RobustnessScore(world, key: Self.key)
    var found = 0
    for query in 0..<30 {
      guard let list = EvidenceList.selected(teacher, query: query, candidates: 80) else { continue }
      found += 1
      #expect(list.scores[0] > 0 && list.scores.dropFirst().allSatisfy { $0 == 0 })
      #expect(list.documents.count <= 11 && Set(list.documents).count == list.documents.count)
      #expect(list.asked >= list.documents.count)
      for (document, score) in zip(list.documents, list.scores) {
        #expect(teacher.drawn(query: query, document: document) == score)
      }
    }
    #expect(found > 20)
  }

  @Test func anUnselectedListHasElevenDocumentsWhateverTheyScored() {
    let world = RetrievalWorld(.adversarial(queries: 30, documents: 80), key: Self.key)
    let teacher = RobustnessScore(world, key: Self.key)
    let lists = (0..<30).map { EvidenceList.unselected(teacher, query: $0, candidates: 80, key: Self.key) }
    #expect(lists.allSatisfy { $0.documents.count == 11 && Set($0.documents).count == 11 && $0.asked == 11 })
    #expect(lists.contains { $0.scores.count { $0 > 0 } > 1 })
  }

  @Test func aConstantFeatureKeepsItsScale() {
    let scale = FeatureScale(rows: [1, 5, 3, 5], width: 2)
    #expect(scale.means == [2, 5] && scale.deviations == [1, 1])
    var rows = [2.0, 5, 4, 6]
    scale.apply(&rows)
    #expect(rows == [0, 0, 2, 1])
  }

  @Test func aLogisticFitOfTwoGroupsMeetsTheirShares() {
    // Of the scores 0 and 1 a saturated fit has the groups' own shares, 1/4 and 3/4; the ridge of 1e-3 on 8000 points moves them by less than 1e-6.
    let scores = (0..<8000).map { Double($0 % 2) }
    let outcomes = (0..<8000).map { $0 % 2 == 0 ? ($0 % 8 == 0 ? 1.0 : 0) : ($0 % 8 == 1 ? 0.0 : 1) }
    let scale = LogisticScale(scores: scores, outcomes: outcomes)
    #expect(abs(scale.probability(0) - 0.25) < 1e-6 && abs(scale.probability(1) - 0.75) < 1e-6)
  }

  @Test func aLogisticFitOfSeparatedOrConstantScoresIsFinite() {
    let separated = LogisticScale(scores: [0, 1, 2, 3], outcomes: [0, 0, 1, 1])
    #expect(separated.slope > 0 && separated.slope.isFinite)
    let constant = LogisticScale(scores: [2, 2, 2, 2], outcomes: [1, 0, 1, 1])
    #expect(constant.slope == 0)
    // The ridge of 1e-3 against four points pulls log 3 towards zero by about 1e-3.
    #expect(abs(constant.probability(2) - 0.75) < 1e-3)
  }
}
