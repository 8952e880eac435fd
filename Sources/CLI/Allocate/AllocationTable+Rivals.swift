import Allocation

extension AllocationTable {
  /// k/G of each prompt; nil without samples.
  var passRates: [Double?] {
    statistics.map { $0.samples > 0 ? Double($0.successes) / Double($0.samples) : nil }
  }

  /// The share of failures among all samples; one half where there are none.
  var failureRate: Double {
    let samples = statistics.reduce(0.0) { $0 + Double($1.samples) }
    return samples > 0
      ? statistics.reduce(0.0) { $0 + Double($1.samples - $1.successes) } / samples : 0.5
  }

  /// The prompts as a rule with a memory of them sees them.
  var records: [PromptRecord] {
    prompts.indices.map { i in
      var record = PromptRecord(
        prompt: i, visits: statistics[i].samples > 0 || columns.signals[i] != nil ? 1 : 0,
        statistics: statistics[i], features: columns.features[i])
      record.meanLength = columns.meanLengths[i]
      record.signal = columns.signals[i]
      return record
    }
  }
}
