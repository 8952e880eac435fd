/// The cells of the exported notebook.
enum NotebookTemplate {
  /// A part of the notebook that is there if its table is.
  struct Section {
    /// The end of the names of the tables it reads, or a whole name.
    var table: String
    var isWholeName = false
    var heading: String
    var code: String

    /// Whether the table called `name` is one of this section's.
    ///
    /// The tables of a comparison belong to no claim: they are asked for by their whole names only.
    func matches(_ name: String) -> Bool {
      isWholeName ? name == table : name.hasSuffix("-" + table) && !name.hasPrefix("comparison-")
    }
  }

  static let introduction = """
    # A run of allot

    This notebook reads only the CSV files in `data/`; `COLUMNS.md` says what their columns mean. It needs pandas and matplotlib.
    """

  static let setup = """
    from pathlib import Path

    import matplotlib.pyplot as plt
    import pandas as pd

    plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.3,
                         "axes.prop_cycle": plt.cycler(color=["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
                                                              "#56B4E9", "#000000", "#7F7F7F"])})
    pd.set_option("display.max_colwidth", None)

    tables = {path.stem: pd.read_csv(path, dtype={"seed": str}) for path in sorted(Path("data").glob("*.csv"))}


    def named(suffix):
        \"\"\"The tables whose names end in the suffix, by the claim's identifier.\"\"\"
        return {name[: -len(suffix) - 1]: table for name, table in tables.items() if name.endswith("-" + suffix)}


    pd.Series({name: len(table) for name, table in tables.items()}, name="rows").to_frame()
    """

  static let sections: [Section] = [
    Section(
      table: "verdicts", isWholeName: true, heading: "## Verdicts",
      code: """
        tables["verdicts"][["claim", "verdict", "condition", "registration", "control"]].fillna("")
        """),
    Section(
      table: "sub_verdicts", isWholeName: true,
      heading: "## Sub-verdicts: how often each estimator or method holds",
      code: """
        parts = tables["sub_verdicts"]
        parts.groupby(["claim", "estimator", "verdict"]).size().unstack(fill_value=0)
        """),
    Section(
      table: "counterexamples", isWholeName: true, heading: "## Counterexamples with exact values",
      code: """
        tables["counterexamples"].fillna("")
        """),
    Section(
      table: "verdicts", isWholeName: true,
      heading:
        "## Simulation against exact computation\n\nThe distance of each estimate from its exact value, in Monte Carlo standard errors; it should look standard normal.",
      code: """
        columns = ["claim", "design", "method", "stat", "est", "mcse", "exact"]
        estimates = pd.concat([t for t in tables.values() if set(columns) <= set(t.columns) and len(t)], ignore_index=True)
        both = estimates.dropna(subset=["mcse", "exact"])
        both = both[both["mcse"] > 0]
        z = (both["est"] - both["exact"]) / both["mcse"]
        figure, axis = plt.subplots(figsize=(7, 3.2))
        if len(z):
            axis.hist(z, bins=30)
        axis.set(xlabel="(estimate - exact) / MC standard error", ylabel="estimates", title=f"{len(z)} estimates with an exact value")
        plt.show()
        z.describe().to_frame("z")
        """),
    Section(
      table: "points", heading: "## Variance against p(1 - p)",
      code: """
        for claim, points in named("points").items():
            variance = next((c for c in ("true_variance", "measured_variance") if c in points), None)
            facet = "group" if "group" in points else "estimator"
            if variance is None or facet not in points or "bernoulli_variance" not in points:
                continue
            colour = "population" if "population" in points else facet
            facets = list(points[facet].unique())
            figure, axes = plt.subplots(1, len(facets), figsize=(3.2 * len(facets), 3.2), squeeze=False)
            for axis, value in zip(axes[0], facets):
                for label, part in points[points[facet] == value].groupby(colour):
                    axis.plot(part["bernoulli_variance"], part[variance], ".", markersize=3, label=label)
                axis.set(title=f"{facet} {value}", xlabel="p(1 - p)")
            axes[0][0].set_ylabel(variance.replace("_", " "))
            axes[0][-1].legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small")
            figure.suptitle(claim)
            plt.show()
        """),
    Section(
      table: "relative", heading: "## Total variance relative to uniform allocation",
      code: """
        for claim, table in named("relative").items():
            if not {"population", "allocator"} <= set(table.columns):
                continue
            figure, axis = plt.subplots(figsize=(8, 0.45 * table["population"].nunique() + 1.5))
            populations = list(table["population"].unique())
            allocators = list(table["allocator"].unique())
            for index, allocator in enumerate(allocators):
                part = table[table["allocator"] == allocator]
                y = [populations.index(p) + 0.7 * (index + 0.5) / len(allocators) - 0.35 for p in part["population"]]
                value = part["relative_variance"]
                below = (value - part["lower"]).fillna(0).clip(lower=0)
                above = (part["upper"] - value).fillna(0).clip(lower=0)
                axis.errorbar(value, y, xerr=[below, above], fmt="o", markersize=4, label=allocator)
            axis.axvline(1, color="0.4", linestyle="--")
            axis.set_yticks(range(len(populations)), populations)
            axis.invert_yaxis()
            axis.set(xlabel="total variance / uniform", title=claim)
            axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
            plt.show()
        """),
    Section(
      table: "exponent", heading: "## Variance against the allocation exponent",
      code: """
        for claim, table in named("exponent").items():
            figure, axis = plt.subplots(figsize=(7, 3.6))
            for population, part in table.groupby("population", sort=False):
                axis.plot(part["exponent"], part["relative_variance"], label=population)
            axis.set(xlabel="exponent a of n ~ sigma^a", ylabel="V(a) / V*", title=claim)
            axis.set_ylim(top=min(3, axis.get_ylim()[1]))
            axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
            plt.show()
            display(table.loc[table.groupby("population")["relative_variance"].idxmin()])
        """),
    Section(
      table: "regret", heading: "## Regret of the estimated proxy",
      code: """
        for claim, table in named("regret").items():
            figure, axis = plt.subplots(figsize=(7, 3.6))
            for method, part in table.groupby("method", sort=False):
                mean = part.groupby("group")["relative_variance"].mean()
                axis.plot(mean.index, mean, "o-", label=method)
            axis.set_xscale("log", base=2)
            axis.axhline(1, color="0.4", linestyle="--")
            axis.set(xlabel="rollouts G", ylabel="variance / oracle, mean over populations", title=claim)
            axis.legend()
            plt.show()
        """),
    Section(
      table: "decay", heading: "## n Var(n) / sigma^2 against n",
      code: """
        for claim, table in named("decay").items():
            figure, axis = plt.subplots(figsize=(7, 3.6))
            for estimator, part in table.groupby("estimator", sort=False):
                mean = part.groupby("n")["scaled_variance"].mean()
                axis.plot(mean.index, mean, "o-", label=estimator)
            axis.set_xscale("log", base=2)
            axis.set(xlabel="n", ylabel="n Var(n) / sigma^2, mean over worlds", title=claim)
            axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
            plt.show()
        """),
    Section(
      table: "envelope", heading: "## Largest variance found at each p(1 - p)",
      code: """
        for claim, table in named("envelope").items():
            figure, axis = plt.subplots(figsize=(7, 3.6))
            for estimator, part in table.groupby("estimator", sort=False):
                axis.loglog(part["bernoulli_variance"], part["largest_variance"], "o-", markersize=4, label=estimator)
            axis.set(xlabel="p(1 - p)", ylabel="largest variance (score^2)", title=claim)
            axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
            plt.show()
        """),
    Section(
      table: "mispaired", heading: "## Responses scored against another prompt",
      code: """
        for claim, table in named("mispaired").items():
            display(table.pivot_table(index="population", columns="bounds", values="share"))
        """),
    Section(
      table: "curves", heading: "## Score norms between the tight curves of the entropy",
      code: """
        for claim, table in named("curves").items():
            if not {"curve", "entropy", "expected_norm"} <= set(table.columns):
                continue
            figure, axis = plt.subplots(figsize=(7, 4))
            for name, label in (("real-tokens", "real tokens"), ("points", "random policies")):
                dots = tables.get(f"{claim}-{name}")
                if dots is not None and {"entropy", "expected_norm"} <= set(dots.columns):
                    axis.plot(dots["entropy"], dots["expected_norm"], ".", markersize=2, alpha=0.5, label=label)
            for curve, part in table.groupby("curve", sort=False):
                part = part.sort_values("entropy")
                axis.plot(part["entropy"], part["expected_norm"], label=curve)
            axis.set(xlabel="entropy (nats)", ylabel="expected squared score norm", title=claim)
            axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small")
            plt.show()
        """),
    Section(
      table: "frequency", heading: "## How often a modulation lowers the variance",
      code: """
        for claim, table in named("frequency").items():
            display(table.pivot_table(index="method", columns=["measure", "world"], values="share_falling").round(3))
        """),
    Section(
      table: "own-rule", heading: "## The project's own token-level rule by group size and shrinkage",
      code: """
        for claim, table in named("own-rule").items():
            display(table.pivot_table(index=["world", "shrinkage"], columns="group", values="median_relative_variance").round(3))
        """),
    Section(
      table: "steps", heading: "## Steps to a target, relative to uniform allocation",
      code: """
        for claim, table in named("steps").items():
            display(table.pivot_table(index=["estimator", "aggregation", "bounds", "allocator"], columns="target",
                                      values="relative_steps").round(3))
        """),
    Section(
      table: "sub_verdicts", isWholeName: true, heading: "## What the tokens of real rollouts say",
      code: """
        parts = tables["sub_verdicts"]
        display(parts[parts["population"] == "real tokens"][["claim", "estimator", "verdict", "condition"]].fillna(""))
        real = estimates[estimates["design"].str.startswith("real tokens")]
        real[[c for c in ("claim", "design", "method", "stat", "est", "lower", "upper", "n") if c in real]]
        """),
    Section(
      table: "allocation", heading: "## Audit: total variance relative to uniform",
      code: """
        for name, table in named("allocation").items():
            display(table)
        """),
    Section(
      table: "dead_groups", heading: "## Audit: groups without signal",
      code: """
        for name, table in named("dead_groups").items():
            figure, axis = plt.subplots(figsize=(6, 3))
            axis.plot(table["group"], 100 * table["share"], "o-")
            axis.set_xscale("log", base=2)
            axis.set(xlabel="group size G", ylabel="prompts without signal (%)")
            plt.show()
        """),
  ]
}
