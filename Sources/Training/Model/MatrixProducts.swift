import CNumerics

/// The three products of a linear layer y = x Wᵀ, with W [outputs, inputs] and x [rows, inputs] row-major without gaps.
enum MatrixProducts {
  /// y = x Wᵀ, or y += x Wᵀ.
  @inline(__always)
  static func forward(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, adds: Bool = false
  ) {
    numerics_sgemm(
      0, 1, Int32(rows), Int32(outputs), Int32(inputs), 1, x, Int32(inputs), w, Int32(inputs), adds ? 1 : 0,
      y, Int32(outputs))
  }

  /// dx = dy W.
  @inline(__always)
  static func inputGradient(
    rows: Int, inputs: Int, outputs: Int, _ dy: UnsafePointer<Float>, _ w: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>
  ) {
    numerics_sgemm(
      0, 0, Int32(rows), Int32(inputs), Int32(outputs), 1, dy, Int32(outputs), w, Int32(inputs), 0, dx,
      Int32(inputs))
  }

  /// dW += dyᵀ x.
  @inline(__always)
  static func weightGradient(
    rows: Int, inputs: Int, outputs: Int, _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    _ dw: UnsafeMutablePointer<Float>
  ) {
    numerics_sgemm(
      1, 0, Int32(outputs), Int32(inputs), Int32(rows), 1, dy, Int32(outputs), x, Int32(inputs), 1, dw,
      Int32(inputs))
  }
}
