extension NotebookTemplate {
  /// The sections on a comparison of trained methods.
  static let comparisonSections = [
    Section(
      table: "comparison", isWholeName: true,
      heading:
        "## Trained methods compared\n\nThe average over splits: means over seeds in per cent, then the paired differences from the reference with Student's interval and Holm's p-value.",
      code: """
        comparison = tables["comparison"]
        average = comparison[comparison["split"] == "average"]
        groups = ["budget", "aggregation"]
        display((100 * comparison.pivot_table(index=groups + ["method"], columns=["metric", "split"], values="mean", sort=False)).round(1))
        paired = average.dropna(subset=["difference"])
        shown = ["metric", "method", "pairs", "difference", "difference_lower", "difference_upper", "p_adjusted", "improvement"]
        display(paired[groups + shown].round(4))
        for (budget, aggregation), part in paired[paired["method"] != "untrained"].groupby(groups, sort=False):
            part = part[part["metric"] == "pass@1"]
            value = 100 * part["difference"]
            below = (value - 100 * part["difference_lower"]).fillna(0)
            above = (100 * part["difference_upper"] - value).fillna(0)
            figure, axis = plt.subplots(figsize=(7, 0.35 * len(part) + 1.5))
            axis.errorbar(value, range(len(part)), xerr=[below, above], fmt="o", markersize=4)
            axis.axvline(0, color="0.4", linestyle="--")
            axis.set_yticks(range(len(part)), part["method"])
            axis.invert_yaxis()
            axis.set(xlabel="difference in average pass@1 (percentage points)", title=f"equal {budget}, {aggregation}")
            plt.show()
        """),
    Section(
      table: "comparison-curves", isWholeName: true,
      heading:
        "## Learning curves of the methods\n\nThe mean over seeds with a band of two standard errors, as far as every seed of the method has come.",
      code: """
        keys = ["budget", "aggregation", "metric"]
        for (budget, aggregation, metric), part in tables["comparison-curves"].groupby(keys, sort=False):
            figure, axis = plt.subplots(figsize=(7, 3.6))
            for method, runs in part.groupby("method", sort=False):
                steps = runs.groupby("step").agg(spent=(budget, "mean"), mean=("value", "mean"), error=("value", "sem"),
                                                 seeds=("seed", "nunique"))
                steps = steps[steps["seeds"] == runs["seed"].nunique()]
                line, = axis.plot(steps["spent"], steps["mean"], label=method)
                error = 2 * steps["error"].fillna(0)
                axis.fill_between(steps["spent"], steps["mean"] - error, steps["mean"] + error, alpha=0.2, color=line.get_color())
            axis.set(xlabel=f"{budget} drawn", ylabel=metric, title=f"equal {budget}, {aggregation}")
            axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small")
            plt.show()
        """),
  ]
}
