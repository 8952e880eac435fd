/// The caches and the last logits of one wave of prompts, computed once per prompt and copied to each of its rollouts.
final class SamplerPrompts {
  private var caches = AlignedBuffer<Float>()
  private var logits = AlignedBuffer<Float>()
  private var cacheOffsets: [Int] = []
  private let vocabularySize: Int
  /// The prompts of the wave, indices into the batch's prompts; the place of each in `caches` and `logits` is its place here.
  private(set) var prompts: [Int] = []
  /// Runs of places whose prompts go through the model together.
  private(set) var passes: [Range<Int>] = []

  /// Floats of caches and logits in one wave, unless a single prompt takes more.
  private let floatLimit: Int
  /// Rows in one pass, unless a single prompt has more.
  static let rowLimit = 192

  /// An empty store; 2^24 floats are 64 MB.
  init(vocabularySize: Int, floatLimit: Int = 1 << 24) {
    self.vocabularySize = vocabularySize
    self.floatLimit = floatLimit
  }

  /// Takes as many of `candidates` as one wave holds and returns their number.
  func arrange(_ candidates: ArraySlice<Int>, lengths: [Int], cacheBlock: Int) -> Int {
    prompts.removeAll(keepingCapacity: true)
    cacheOffsets.removeAll(keepingCapacity: true)
    passes.removeAll(keepingCapacity: true)
    var floats = 0
    var rows = 0
    for prompt in candidates {
      let size = SamplerPass.blocks(lengths[prompt]) * cacheBlock
      if !prompts.isEmpty && floats + size + prompts.count * vocabularySize > floatLimit { break }
      let place = prompts.count
      if let last = passes.last, rows + lengths[prompt] <= Self.rowLimit {
        passes[passes.count - 1] = last.lowerBound..<place + 1
        rows += lengths[prompt]
      } else {
        passes.append(place..<place + 1)
        rows = lengths[prompt]
      }
      prompts.append(prompt)
      cacheOffsets.append(floats)
      floats += size
    }
    cacheOffsets.append(floats)
    caches.reserve(floats)
    logits.reserve(prompts.count * vocabularySize)
    return prompts.count
  }

  /// The cache of the prompt at a place.
  func cache(_ place: Int) -> UnsafeMutablePointer<Float> { caches.base + cacheOffsets[place] }
  /// Its length in floats.
  func cacheCount(_ place: Int) -> Int { cacheOffsets[place + 1] - cacheOffsets[place] }
  /// The logits after the prompt at a place and, end to end, after the prompts that follow it.
  func logits(_ place: Int) -> UnsafeMutablePointer<Float> { logits.base + place * vocabularySize }

  /// Runs the prompts of one pass through the model.
  func compute(_ places: Range<Int>, of batch: [[Int32]], with pass: SamplerPass) {
    pass.reserve(rows: places.reduce(0) { $0 + batch[prompts[$1]].count })
    pass.clear()
    var last: [Int] = []
    last.reserveCapacity(places.count)
    for place in places {
      for (position, token) in batch[prompts[place]].enumerated() {
        pass.append(token: token, position: position, cache: cache(place))
      }
      last.append(pass.rowCount - 1)
    }
    pass.run(kept: last, logits: logits(places.lowerBound))
  }
}
