/// The lock file `claims.lock`: the hash of every specification, and the verdict of the reference run where one was recorded.
///
/// One line for each claim, `<sha256>  <id>  <verdict or ->`, sorted as the register is; lines that begin with `#` are comments.
public struct ClaimLock: Sendable, Hashable {
  /// One line of the lock.
  public struct Entry: Sendable, Hashable {
    /// The claim's identifier.
    public var id: String
    /// The SHA-256 of its specification in canonical JSON.
    public var sha256: String
    /// The verdict recorded by the reference run.
    public var verdict: Verdict?

    /// Collects the parts.
    public init(id: String, sha256: String, verdict: Verdict?) {
      self.id = id
      self.sha256 = sha256
      self.verdict = verdict
    }
  }

  /// What makes a lock file unreadable.
  public enum LockError: Error, Hashable {
    /// Line `line` does not have the three fields, a 64-digit hash, or a known verdict.
    case malformed(line: Int, text: String)
    /// Line `line` names a claim for the second time.
    case duplicate(line: Int, id: String)
  }

  /// The entries, in the order of the file.
  public var entries: [Entry]

  /// The lock of `claims` as they are now, with the verdicts of `verdicts` by identifier.
  public init(claims: [any Claim], verdicts: [String: Verdict] = [:]) {
    entries = claims.map { claim in
      let specification = claim.specification
      return Entry(id: specification.id, sha256: specification.sha256, verdict: verdicts[specification.id])
    }
  }

  /// Reads the text of a lock file.
  public init(text: String) throws(LockError) {
    entries = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
      if fields.isEmpty || line.hasPrefix("#") { continue }
      let verdict = fields.count == 3 ? Verdict(rawValue: fields[2]) : nil
      guard fields.count == 3, fields[0].count == 64, fields[0].allSatisfy(\.isHexDigit),
        verdict != nil || fields[2] == "-"
      else { throw .malformed(line: index + 1, text: String(line)) }
      guard !entries.contains(where: { $0.id == fields[1] }) else {
        throw .duplicate(line: index + 1, id: fields[1])
      }
      entries.append(Entry(id: fields[1], sha256: fields[0], verdict: verdict))
    }
  }

  /// The text of the lock file.
  public var text: String {
    "# sha256 of the specification in canonical JSON, claim, verdict of the reference run\n"
      + entries.map { "\($0.sha256)  \($0.id)  \($0.verdict?.rawValue ?? "-")\n" }.joined()
  }

  /// How `specification` stands to this lock.
  public func registration(of specification: ClaimSpecification) -> Registration {
    registration(id: specification.id, sha256: specification.sha256)
  }

  /// How the specification called `id` with the hash `sha256` stands to this lock.
  public func registration(id: String, sha256: String) -> Registration {
    guard let entry = entries.first(where: { $0.id == id }) else { return .exploratory }
    return entry.sha256 == sha256 ? .registered : .changedSinceLock
  }
}
