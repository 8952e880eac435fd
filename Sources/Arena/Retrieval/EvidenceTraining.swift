import Statistics

/// How the critic is trained.
public struct EvidenceTraining: Sendable, Hashable {
  /// The loss of a list.
  public var loss = EvidenceLoss()
  /// The hidden units of the critic; none, so that it is of the same class as the policy that it is compared with.
  public var hidden = 0
  /// The passes over all lists.
  ///
  /// The paper makes three with a pretrained language model; ours begins from nothing.
  public var epochs = 40
  /// The lists of a step.
  ///
  /// - Source: `cormRAG2026`.
  public var batch = 32
  /// The learning rate of Adam.
  public var rate = 0.01

  /// The default training.
  public init() {}

  /// The critic trained on `lists`, in an order that the key alone decides.
  ///
  /// - Precondition: at least one list.
  public func critic(_ world: RetrievalWorld, lists: [EvidenceList], key: StreamKey) -> EvidenceCritic {
    precondition(!lists.isEmpty, "no list to train on")
    precondition(epochs >= 0 && batch > 0, "\(epochs) passes in batches of \(batch)")
    let key = key.designPoint(RetrievalStream.critic)
    var features = lists.map { $0.features(world) }
    let scale = FeatureScale(rows: features.flatMap { $0 }, width: world.featureCount)
    for index in features.indices { scale.apply(&features[index]) }
    var critic = EvidenceCritic(scale: scale, hidden: hidden, key: key)
    var steps = GradientSteps(count: critic.weights.count, rate: rate)
    var gradient = critic.weights
    var order = Array(lists.indices)
    for epoch in 0..<epochs {
      var stream = RandomStream(key.replicate(epoch + 1))
      order.shuffle(using: &stream)
      for start in stride(from: 0, to: order.count, by: batch) {
        let chosen = order[start..<min(start + batch, order.count)]
        _ = Self.value(
          critic, loss: loss, features: chosen.map { features[$0] }, scores: chosen.map { lists[$0].scores },
          gradient: &gradient)
        steps.step(&critic.weights, gradient: gradient)
      }
    }
    return critic
  }

  /// The mean loss of lists of scaled features; its gradient in the weights replaces `gradient`.
  static func value(
    _ critic: EvidenceCritic, loss: EvidenceLoss, features: [[Double]], scores: [[Double]],
    gradient: inout [Double]
  ) -> Double {
    for index in gradient.indices { gradient[index] = 0 }
    var total = 0.0
    var activations: [Double] = []
    for (rows, scores) in zip(features, scores) {
      let logits = critic.logits(scaled: rows, activations: &activations)
      var slopes = [Double](repeating: 0, count: logits.count)
      total += loss.value(logits: logits, scores: scores, slopes: &slopes)
      critic.accumulate(scaled: rows, activations: activations, slopes: slopes, into: &gradient)
    }
    let count = Double(features.count)
    for index in gradient.indices { gradient[index] /= count }
    return total / count
  }
}
