/// Lets a few in at a time; the others wait in order.
///
/// Hundreds of tests start at once and each runs commands: without it as many processes would share two cores, run into their timeouts, and hold more open files than Foundation's `Process` survives (it reads past the end of a full listing of them).
actor Turnstile {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) { free = places }

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
