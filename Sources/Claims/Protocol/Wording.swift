import Foundation

/// A number with `digits` significant digits, for sentences; tables carry all digits.
func short(_ value: Double, digits: Int = 3) -> String { String(format: "%.\(digits)g", value) }
