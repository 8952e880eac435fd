import Foundation

/// Text and numbers as gnuplot reads them.
public enum GnuplotText {
  /// `text` as a single-quoted string that shows exactly these characters.
  ///
  /// Single quotes, because gnuplot runs what stands between backquotes in any other place. The enhanced text mode gives `_ ^ { } @ & ~ \` a meaning;
  /// a backslash takes it away. Control characters become blanks.
  public static func quoted(_ text: String) -> String { "'" + escaped(text) + "'" }

  /// `text` as a single-quoted string in bold.
  public static func bold(_ text: String) -> String { "'{/:Bold " + escaped(text) + "}'" }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'": result += "''"
      case "_", "^", "{", "}", "@", "&", "~", "\\":
        result += "\\"
        result.unicodeScalars.append(scalar)
      case _ where scalar.properties.generalCategory == .control: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A number for a data block; `NaN`, which gnuplot leaves out, where it is not finite.
  public static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "NaN" }

  /// A coordinate or length of the layout, to four decimals and without an exponent.
  public static func length(_ value: Double) -> String { String(format: "%.4f", value) }
}
