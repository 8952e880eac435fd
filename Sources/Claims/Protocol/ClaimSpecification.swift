import Statistics

/// Where in the register a claim stands.
public enum ClaimSection: String, Sendable, CaseIterable {
  /// What the variance of a gradient estimator is, and what stands for it.
  case estimation = "Estimation"
  /// How rollouts are spread over prompts.
  case allocation = "Allocation"
  /// How advantages are changed token by token.
  case modulation = "Modulation"
  /// What lower variance does to learning.
  case learning = "Learning"
}

/// What a claim says and how it is examined, fixed before it runs, under the ADEMP headings.
///
/// Everything that could move a verdict is in here: worlds, methods, the decision rule, its margin, every numeric parameter. The examination reads
/// its numbers from this value, so that what is hashed is what runs.
///
/// - Source: `morris2019`, section 3 (ADEMP).
public struct ClaimSpecification: Sendable, Hashable {
  /// The identifier in the register, such as `sample-variance-unbiased`.
  public var id: String
  /// The section of the register.
  public var section: ClaimSection
  /// The proposition in words, as its author states it.
  public var statement: String
  /// The proposition as a formula.
  public var formula: String
  /// The key of the work that states it, with equation or place where there is one.
  public var source: String
  /// Aim: what the examination is to find out.
  public var aim: String
  /// Data-generating worlds, in words; their numbers are in `parameters`.
  public var worlds: [String]
  /// Estimand, and where its exact value comes from.
  public var estimand: String
  /// Methods compared.
  public var methods: [String]
  /// Performance measures, the `stat` column of the table.
  public var performance: [String]
  /// How the numbers become a verdict.
  public var decisionRule: String
  /// The margin of the decision rule.
  public var margin: Double
  /// The deliberately false sibling that the same examination must refute.
  public var negativeControl: String
  /// The Monte Carlo standard error aimed at, in units of the estimand.
  public var targetStandardError: Double
  /// Every number the examination uses: grids, sizes, counts per preset.
  public var parameters: [String: [Double]]

  /// Collects the parts.
  public init(
    id: String, section: ClaimSection, statement: String, formula: String, source: String, aim: String,
    worlds: [String],
    estimand: String, methods: [String], performance: [String], decisionRule: String, margin: Double,
    negativeControl: String, targetStandardError: Double, parameters: [String: [Double]]
  ) {
    self.id = id
    self.section = section
    self.statement = statement
    self.formula = formula
    self.source = source
    self.aim = aim
    self.worlds = worlds
    self.estimand = estimand
    self.methods = methods
    self.performance = performance
    self.decisionRule = decisionRule
    self.margin = margin
    self.negativeControl = negativeControl
    self.targetStandardError = targetStandardError
    self.parameters = parameters
  }

  /// The list of numbers named `name`.
  ///
  /// - Precondition: the specification has it.
  public func values(_ name: String) -> [Double] {
    guard let list = parameters[name] else { preconditionFailure("\(id) has no parameter '\(name)'") }
    return list
  }

  /// The single number named `name`.
  ///
  /// - Precondition: the specification has exactly one.
  public func value(_ name: String) -> Double {
    let list = values(name)
    precondition(list.count == 1, "\(id): parameter '\(name)' has \(list.count) values, expected one")
    return list[0]
  }

  /// The list of integers named `name`.
  public func integers(_ name: String) -> [Int] { values(name).map { Int($0) } }

  /// The entry of `name` that belongs to `preset`: parameters per preset list quick, standard, thorough.
  public func count(_ name: String, for preset: Preset) -> Int {
    let list = values(name)
    precondition(
      list.count == Preset.allCases.count, "\(id): parameter '\(name)' must have one value for each preset")
    return Int(list[preset.index])
  }

  /// The specification as an ordered tree.
  public var structured: StructuredValue {
    let sortedParameters = parameters.sorted { $0.key < $1.key }.map {
      StructuredValue.Field($0.key, .numbers($0.value))
    }
    return .record([
      .init("id", .text(id)), .init("section", .text(section.rawValue)), .init("statement", .text(statement)),
      .init("formula", .text(formula)), .init("source", .text(source)), .init("aim", .text(aim)),
      .init("worlds", .texts(worlds)), .init("estimand", .text(estimand)), .init("methods", .texts(methods)),
      .init("performance", .texts(performance)), .init("decision_rule", .text(decisionRule)),
      .init("margin", .number(margin)), .init("negative_control", .text(negativeControl)),
      .init("family_error", .number(Judgement.familyError)),
      .init("target_standard_error", .number(targetStandardError)),
      .init("parameters", .record(sortedParameters)),
      .init("streams", .text("(seed, \(id), design point, replicate), Philox4x32-10")),
    ])
  }

  /// The SHA-256 of the specification's canonical JSON.
  public var sha256: String { SHA256.hexadecimal(of: structured.canonicalJSON) }
}
