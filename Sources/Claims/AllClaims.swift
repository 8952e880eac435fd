/// Every claim the program examines, in the paper's order.
public let allClaims: [any Claim] = [
  // Estimation
  SampleVarianceUnbiased(),
  ProxyTracksVariance(),
  VarianceBoundedByProxy(),
  BoundTransfersOptimality(),
  VarianceFallsAsOneOverN(),
  NormalisedVarianceFollowsProxy(),
  LoggedVarianceProxyUnbiased(),
  ProxyHoldsForGradedRewards(),
  // Allocation
  UniformSuboptimal(),
  NeymanOptimal(),
  ProxyAllocationOptimal(),
  EstimatedProxyKeepsGain(),
  ReleasedAllocatorBeatsUniform(),
  ReleasedRowsAligned(),
  // Modulation
  ScoreNormAttenuates(),
  ScoreNormBoundedByEntropy(),
  CompensationRestoresGradient(),
  ModulationUnbiased(),
  ModulationReducesVariance(),
  EntropyChangeExact(),
  ReleasedEntropyChangeAgrees(),
  EntropyChangeIndicatesMagnitude(),
  StabilisationBoundsUpdates(),
  EntropyAsStepSize(),
  // Learning
  VarianceOptimalLearnsFaster(),
]
