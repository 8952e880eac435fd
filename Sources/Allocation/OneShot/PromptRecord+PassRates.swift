extension [PromptRecord] {
  /// Each prompt's share of successes at its last visit, nil before the first.
  func latestPassRates() throws(AllocationError) -> [Double?] {
    var rates: [Double?] = []
    rates.reserveCapacity(count)
    for (index, record) in enumerated() {
      guard let latest = record.latest, latest.samples != 0 else {
        rates.append(nil)
        continue
      }
      guard latest.samples > 0, (0...latest.samples).contains(latest.successes) else {
        throw .invalidCounts(index: index, successes: latest.successes, samples: latest.samples)
      }
      rates.append(Double(latest.successes) / Double(latest.samples))
    }
    return rates
  }
}
