import Foundation

/// The processor time that a piece of work takes on the calling thread.
///
/// On an idle machine this is the wall time; on a busy one it leaves out the time that others run.
func threadSeconds(_ work: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = now()
  work()
  return now() - start
}
