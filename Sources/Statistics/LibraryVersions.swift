import CNumerics

/// The versions of the C libraries underneath.
public enum LibraryVersions {
  /// The version of the GSL that is loaded.
  public static var gsl: String { String(cString: numerics_gsl_version()) }
}
