extension TokenStatistics {
  /// What the sampler recorded of a batch's tokens.
  init(_ batch: RolloutBatch) {
    self.init(count: 0)
    logProbabilities = batch.logProbabilities
    entropies = batch.entropies
    sumsOfSquares = batch.sumsOfSquares
    squaredLogarithmSums = batch.squaredLogarithmSums
  }
}
