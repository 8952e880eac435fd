/// How a query is put: clean, or by one of its five perturbations.
public enum QueryForm: Sendable, Hashable {
  /// As it is meant.
  case clean
  /// As the perturbation in the given slot, 0..<5, puts it.
  case perturbed(slot: Int)

  /// All six, the clean form first.
  public static let all: [QueryForm] =
    [.clean] + (0..<PerturbationType.slotCount).map { .perturbed(slot: $0) }

  /// The place of the form in `all`.
  public var index: Int {
    switch self {
    case .clean: 0
    case .perturbed(let slot): slot + 1
    }
  }
}
