import Foundation
import Testing

@testable import Interchange

/// The format's own library, in Python, reads what is written here and writes what is read here.
@Suite(.enabled(if: Python.has("safetensors.numpy"), "needs Python with safetensors and numpy"))
struct SafetensorsLibraryTests {
  @Test func theLibraryReadsWhatIsWritten() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      let tensors: [SafetensorsWriter.Tensor] = [
        .init("bytes", shape: [3], .bytes([1, 2, 255])),
        .init("weight", shape: [2, 2], .floats([1, -2.5, 0x1p-149, 0.1])),
        .init("step", shape: [], .integers([-7])),
        .init("moment", shape: [1], .doubles([0.1])),
        .init("empty", shape: [0, 4], .floats([])),
      ]
      try SafetensorsWriter.write(tensors, metadata: [(key: "format", value: "pt")], to: path)
      let script = """
        import sys
        from safetensors import safe_open
        with safe_open(sys.argv[1], "numpy") as file:
            print(file.metadata())
            for name in sorted(file.keys()):
                value = file.get_tensor(name)
                print(name, value.dtype, value.shape, [x.hex() if hasattr(x, "hex") else int(x) for x in value.ravel().tolist()])
        """
      #expect(
        try Python.run(script, [path]) == """
          {'format': 'pt'}
          bytes uint8 (3,) [1, 2, 255]
          empty float32 (0, 4) []
          moment float64 (1,) ['0x1.999999999999ap-4']
          step int64 () [-7]
          weight float32 (2, 2) ['0x1.0000000000000p+0', '-0x1.4000000000000p+1', '0x1.0000000000000p-149', '0x1.99999a0000000p-4']

          """)
    }
  }

  @Test func whatTheLibraryWritesIsRead() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      let script = """
        import sys, numpy
        from safetensors.numpy import save_file
        save_file({
            "mask": numpy.array([True, False, True]), "half": numpy.array([1.5, -2], numpy.float16),
            "single": numpy.array([[0.1], [2]], numpy.float32), "count": numpy.array(9, numpy.int64),
            "empty": numpy.zeros((0, 2), numpy.float32), "index": numpy.array([1], numpy.uint16),
        }, sys.argv[1], {"format": "np"})
        """
      _ = try Python.run(script, [path])
      let file = try SafetensorsFile(path: path)
      #expect(try file.floats("half") == [1.5, -2])
      #expect(try file.floats("single") == [0.1, 2])
      #expect(file.tensor("single")?.shape == [2, 1])
      #expect(try file.integers("count") == [9])
      #expect(try file.bytes("mask") == [1, 0, 1])
      #expect(try file.floats("empty") == [])
      #expect(file.tensor("index")?.type == .other(name: "U16", size: 2))
      #expect(file.metadataValue("format") == "np")
    }
  }
}
