import Claims

/// The report's own section on the tokens of real rollouts, beside the synthetic worlds of the claims' sections.
enum RealTokensSection {
  /// Whether a plot belongs here: its stem is `<claim>-real-tokens…`.
  static func owns(_ plot: PlotRenderer.Drawn, of id: String) -> Bool {
    plot.name.hasPrefix("\(id)-real-tokens")
  }

  /// What one claim found on the log; nil if it asked nothing of it.
  static func content(_ outcome: ClaimOutcome, figures: [[String: Any]]) -> [String: Any]? {
    guard let log = outcome.evidence.log else { return nil }
    let id = outcome.specification.id
    let first = outcome.evidence.estimates.count
    return [
      "id": id, "explanation": log.explanation, "table": "tables/\(id).csv",
      "parts": outcome.logVerdicts.map { part in
        [
          "estimator": part.estimator, "verdict": part.verdict.rawValue, "symbol": part.verdict.symbol,
          "condition": part.condition ?? "",
        ]
      },
      "figures": figures,
      "hasEstimates": !log.estimates.isEmpty,
      "estimatesTitle": "\(log.estimates.count) numbers",
      // The log's rows follow the claim's own in its table.
      "estimates": log.estimates.enumerated().map {
        VerificationReport.estimate($0.element, index: first + $0.offset, id: id)
      },
    ]
  }
}
