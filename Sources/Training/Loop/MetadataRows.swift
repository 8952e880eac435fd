/// Which prompt's row of metadata (ground truth, group, identity) each response of a step is paired with.
///
/// Responses are laid out prompt by prompt, n_i of prompt i.
public enum MetadataRows {
  /// Each response with the row of the prompt it answers: prompt i repeated n_i times.
  public static func aligned(counts: [Int]) -> [Int] {
    counts.enumerated().flatMap { prompt, count in Array(repeating: prompt, count: count) }
  }
}
