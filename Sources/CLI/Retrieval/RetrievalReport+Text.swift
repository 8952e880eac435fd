import Arena
import Foundation
import Reporting
import Statistics

extension RetrievalReport {
  /// The statistics that people are shown; the tables have all.
  private static let shown: [RetrievalStatistic] = [
    .accuracyClean, .accuracyPerturbed, .robustness, .expectedCalibrationError, .area, .spearman,
  ]

  /// What the terminal shows.
  var summary: String {
    var text =
      "\(contest.queries) queries to train on, \(contest.queries) held out, \(contest.documents) documents, \(contest.seeds) seeds; mean ± half of the 95% interval\n"
    for world in result.worldNames {
      text += "\n\(world)\n"
      text += TextTable.aligned([["method"] + Self.shown.map(\.rawValue)] + rows(world))
      for sentence in sentences(world) { text += "  \(sentence)\n" }
    }
    return text
  }

  /// The report page.
  func page(plots: [PlotRenderer.Drawn]) -> String {
    var text = """
      # Rankers of evidence under adversarial queries

      \(contest.queries) queries to train on and \(contest.queries) held out, \(contest.documents) documents, \(contest.seeds) paired seeds, root seed \(result.seed). Means over seeds, ± half of \
      Student's 95% interval.

      The worlds are our own. They hold none of the paper's data, corpora or language models: a teacher answers with a probability that is a known function of relevance, evidence strength and \
      perturbation, and rankers see noisy embeddings and two noisy cues. What is concluded here is conditional on that: where relevant documents differ in evidence and cues tell of it, a ranker that \
      was trained on robustness can gain; the two controls show what is left of that without fragile documents, and without cues (topics alone may tell a little, since held-out queries meet the same documents). How often real corpora are like the one or the other is not answered.

      accuracy-clean and accuracy-perturbed are exact probabilities of a correct answer from the first document; robustness is that of the first document for the clean query; ece is the expected \
      calibration error over perturbed queries; aurc the area under the risk–coverage curve (lower is better); spearman the rank correlation of confidence and exact robustness.

      """
    for world in result.worldNames {
      text += "\n## \(world)\n\n| method | \(Self.shown.map(\.rawValue).joined(separator: " | ")) |\n"
      text += "|---" + String(repeating: "|---", count: Self.shown.count) + "|\n"
      for row in rows(world) { text += "| \(row.joined(separator: " | ")) |\n" }
      text += "\n"
      for sentence in sentences(world) { text += "- \(sentence)\n" }
    }
    for plot in plots {
      text += "\n## \(plot.script?.title ?? plot.name)\n\n"
      if let reason = plot.missing {
        text += "The plot '\(plot.name)' is missing: \(reason).\n"
      } else {
        text +=
          "![\(plot.script?.title ?? plot.name)](plots/\(plot.name).svg)\n\n\(plot.script?.caption ?? "")\n"
      }
    }
    return text
  }

  private func rows(_ world: String) -> [[String]] {
    let own = result.rows.filter { $0.world == world }
    return RetrievalMethod.allCases.map { method in
      [method.rawValue]
        + Self.shown.map { statistic in
          guard
            let row = own.first(where: {
              $0.method == method.rawValue && $0.statistic == statistic.rawValue
            })
          else { return "-" }
          return String(format: "%.3f ± %.3f", row.estimate.value, row.interval.halfWidth)
        }
    }
  }

  /// The differences in accuracy on perturbed queries of all trained rankers in all worlds, with p-values adjusted for being that many.
  private var judged: [(difference: RetrievalResult.Difference, pValue: Double)] {
    let family = differences.filter {
      $0.row.statistic == RetrievalStatistic.accuracyPerturbed.rawValue
        && $0.row.method != RetrievalMethod.oracle.rawValue
    }
    return Array(zip(family, Holm.adjusted(family.map(\.pValue))))
  }

  /// What the numbers say: one sentence for each trained ranker, and one about the world.
  private func sentences(_ world: String) -> [String] {
    var sentences: [String] = []
    let own = result.rows.filter { $0.world == world && $0.method == "world" }
    if let fragile = own.first(where: { $0.statistic == "fragile-share" }) {
      sentences.append(
        String(
          format:
            "The most relevant document of %.0f%% of the queries is fragile: it answers them clean more often than not, and perturbed less often.",
          100 * fragile.estimate.value))
    }
    for method in RetrievalMethod.allCases where method != .relevance && method != .oracle {
      guard
        let (difference, pValue) = judged.first(where: {
          $0.difference.row.world == world && $0.difference.row.method == method.rawValue
        })
      else {
        sentences.append("\(method.rawValue) had no list to train on.")
        continue
      }
      let interval = difference.row.interval
      let finding =
        pValue > 0.05
        ? "is not told apart from" : (difference.row.estimate.value > 0 ? "beats" : "loses to")
      sentences.append(
        "\(method.rawValue) \(finding) relevance ranking on perturbed queries: "
          + String(
            format: "%+.3f [%+.3f, %+.3f] in accuracy, Holm-adjusted sign-flip p = %.2g.",
            difference.row.estimate.value, interval.lower, interval.upper, pValue))
    }
    return sentences
  }
}
