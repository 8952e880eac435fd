import Modulation

extension ModulateCommand {
  /// The rules that the options give.
  var choice: ModulationChoice {
    var constants = ModulationConstants(mode)
    constants.alpha = alpha ?? constants.alpha
    constants.floor = floor ?? constants.floor
    constants.steepness = steepness ?? constants.steepness
    constants.centre = centre ?? constants.centre
    constants.entropySource = entropySource ?? constants.entropySource
    constants.clipAsReleased = clipAsReleased ?? constants.clipAsReleased
    return ModulationChoice(
      mode: mode, constants: constants, coincidence: coincidence,
      compensationScope: compensationScope ?? .microBatch,
      stabilisationScope: stabilisationScope ?? (mode == .published ? .position : .microBatch),
      clip: constants.clipAsReleased
        ? ClipIndicatorAsReleased.indicator(configuredLow: clipLow, configuredHigh: clipHigh)
        : ClipIndicator(low: clipLow, high: clipHigh))
  }

  func checkOptions() throws(CommandFailure) {
    var errors = OptionErrors()
    global.check(&errors)
    func require(_ condition: Bool, _ value: Double?, _ option: String, _ rule: String) {
      errors.require(
        value == nil || condition, "The value '\(value ?? 0)' is invalid for '\(option)': it must \(rule).")
    }
    let largest = 1e6
    require((0...largest).contains(alpha ?? 0), alpha, "--alpha <number>", "lie in [0, \(Int(largest))]")
    require((0...1).contains(floor ?? 0), floor, "--floor <number>", "lie in [0, 1]")
    require(
      (0...largest).contains(steepness ?? 0), steepness, "--steepness <number>",
      "lie in [0, \(Int(largest))]")
    require(
      (-largest...largest).contains(centre ?? 0), centre, "--centre <number>",
      "lie in [-\(Int(largest)), \(Int(largest))]")
    require((0...1).contains(clipLow), clipLow, "--clip-low <number>", "lie in [0, 1]")
    require(
      clipHigh >= 0 && clipHigh.isFinite, clipHigh, "--clip-high <number>", "be finite and not negative")
    require(
      (0...largest).contains(touched ?? 0), touched, "--touched <number>", "lie in [0, \(Int(largest))]")
    errors.require(
      (vocabulary ?? 1) >= 1,
      "The value '\(vocabulary ?? 0)' is invalid for '--vocabulary <K>': it must be positive.")
    errors.require(
      (microBatch ?? 1) >= 1,
      "The value '\(microBatch ?? 0)' is invalid for '--micro-batch <n>': it must be positive.")
    errors.require(
      coincidence == .unmodulated || mode == .published,
      "'--coincidence full' belongs to '--mode published', not to '\(mode.rawValue)'.")
    if mode == .none {
      let given: [(String, Bool)] = [
        ("--alpha", alpha != nil), ("--floor", floor != nil), ("--steepness", steepness != nil),
        ("--centre", centre != nil), ("--compensation-scope", compensationScope != nil),
        ("--stabilisation-scope", stabilisationScope != nil),
      ]
      for (option, isGiven) in given {
        errors.require(
          !isGiven, "'\(option)' has no meaning for '--mode none', which leaves every factor at 1.")
      }
    }
    errors.require(touched == nil || summary, "'--touched' belongs to '--summary'.")
    try errors.throwIfAny()
  }
}
