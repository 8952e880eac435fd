import Foundation

/// Wall time and peak memory of a child process, by wait4: what GNU time prints, without needing it.
enum CommandMeasure {
  /// Runs a command with its standard output dropped and returns `seconds,mebibytes,status`, or nil when it cannot be started.
  static func run(_ command: [String]) -> String? {
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    var child = pid_t()
    let clock = ContinuousClock()
    let start = clock.now
    let failure = posix_spawnp(&child, command[0], &actions, nil, &arguments, environ)
    guard failure == 0 else {
      FileHandle.standardError.write(Data("\(command[0]): \(String(cString: strerror(failure)))\n".utf8))
      return nil
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(child, &status, 0, &usage) < 0 && errno == EINTR {}
    let elapsed = clock.now - start
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    // The low seven bits hold the signal, if any, as in the shell's 128 + signal.
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    return String(format: "%.3f,%.1f,%d", seconds, Double(usage.ru_maxrss) / 1024, code)
  }
}
