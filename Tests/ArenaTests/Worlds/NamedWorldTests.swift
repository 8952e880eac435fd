import Foundation
import Statistics
import Testing
import _TestSupport

@testable import Arena

@Suite struct NamedWorldTests {
  static let recipes = ArenaWorld.named + ArenaWorld.heldOut

  @Test(arguments: recipes.map(\.name))
  func everyWorldIsWhatItsRecipeSays(_ name: String) throws {
    let recipe = try #require(ArenaWorld.recipe(name))
    #expect(abs(recipe.rates.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    let world = recipe.world(count: 3000, seed: 7)
    #expect(world.name == name && world.count == 3000 && !world.summary.isEmpty)
    let rates = world.logits.map(logistic)
    #expect(rates.allSatisfy { $0 > 0 && $0 < 1 })
    // The mean of the Beta mixture, in which 10⁻⁴ and its complement hold the ends.
    let mean = recipe.rates.reduce(0) { $0 + $1.share * $1.a / ($1.a + $1.b) }
    expectMean(Moments(rates), equals: mean, detectable: 0.12)
    let columns = [
      world.distances, world.successVariances, world.failureVariances, world.successLengths,
      world.failureLengths,
    ]
    #expect(columns.allSatisfy { $0.allSatisfy { $0 > 0 && $0.isFinite } })
    for i in 0..<world.count where world.successLengths[i] > 1 {
      #expect(
        relativeError(world.failureLengths[i], world.successLengths[i] * recipe.failureLengthRatio) < 1e-12)
    }
    #expect(world.clusterCount == (3000 + recipe.clusterSize - 1) / recipe.clusterSize)
  }

  /// The first feature is `c z/2 + √(1−c²) ε`: what is left without the logit is standard normal and says nothing of it; the second is noise.
  @Test(arguments: recipes.map(\.name))
  func featuresTellOfTheLogitWhatTheyShould(_ name: String) throws {
    let recipe = try #require(ArenaWorld.recipe(name))
    let world = recipe.world(count: 4000, seed: 11)
    let c = recipe.featureCorrelation
    let logits = Moments(world.logits)
    let deviation = logits.variance.squareRoot()
    for feature in 0..<2 {
      let left = (0..<4000).map { i in
        let value = world.features(i)[feature]
        return feature == 0 ? (value - c * world.logits[i] / 2) / (1 - c * c).squareRoot() : value
      }
      expectMean(Moments(left), equals: 0, detectable: 0.25)
      expectMean(Moments(left.map { $0 * $0 }), equals: 1, detectable: 0.35)
      let products = zip(left, world.logits).map { $0 * ($1 - logits.mean) / deviation }
      expectMean(Moments(products), equals: 0, detectable: 0.3)
    }
    // The correlation that this leaves, to six standard errors of 1/√4000.
    let first = (0..<4000).map { world.features($0)[0] }
    let spread = c * deviation / 2
    let expected = spread / (spread * spread + 1 - c * c).squareRoot()
    let moments = Moments(first)
    let covariance = zip(first, world.logits).reduce(0) { $0 + $1.0 * ($1.1 - logits.mean) } / 3999
    #expect(
      abs(covariance / (deviation * moments.variance.squareRoot()) - expected) < 6 / 4000.0.squareRoot())
  }

  @Test(arguments: recipes.map(\.name))
  func aPromptDoesNotDependOnHowManyThereAre(_ name: String) throws {
    let recipe = try #require(ArenaWorld.recipe(name))
    let (few, many) = (recipe.world(count: 5, seed: 3), recipe.world(count: 200, seed: 3))
    #expect(Array(many.logits.prefix(5)) == few.logits && Array(many.distances.prefix(5)) == few.distances)
    #expect(Array(many.features.prefix(10)) == few.features)
    #expect(Array(many.failureLengths.prefix(5)) == few.failureLengths)
    #expect(Array(many.clusters.prefix(5)) == few.clusters)
    #expect(recipe.world(count: 5, seed: 4).logits != few.logits)
  }

  @Test func namesAreDifferentAndUnknownOnesAreNil() {
    #expect(Set(Self.recipes.map(\.name)).count == Self.recipes.count)
    #expect(ArenaWorld.recipe("nonsense").map(\.name) == nil)
  }

  /// L of a world without coupling is a prompt's share of the mean D²; whole clusters that move together have their size times as much.
  @Test func theCurvatureGrowsWithTheClusters() {
    let apart = ArenaWorld.small([0.5, 0.5, 0.5, 0.5], distances: [1, 1, 2, 2])
    #expect(isClose(apart.curvature, 0.3 * 2.5 / 4))
    let together = ArenaWorld.small([0.5, 0.5, 0.5, 0.5], distances: [1, 1, 2, 2]) { $0.coupling = 1 }
    #expect(isClose(together.curvature, 2 * apart.curvature))
  }

  @Test func theLogisticFunctionKeepsItsEnds() {
    #expect(logistic(0) == 0.5 && logistic(-1000) == 0 && logistic(1000) == 1)
    #expect(relativeError(logistic(-40), exp(-40)) < 1e-15)
  }
}
