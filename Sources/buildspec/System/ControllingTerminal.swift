internal import BuildspecRunner
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The terminal at which this process was started.
final class ControllingTerminal: DebugTerminal {
    let descriptor: FileDescriptor
    private let modes = Mutex<termios?>(nil)

    private init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Opens it.
    ///
    /// A standard stream is taken where one is this terminal, because programs can ask such a
    /// descriptor for the terminal's name; `/dev/tty` has none.
    ///
    /// - Returns: `nil` when there is none.
    static func open() -> ControllingTerminal? {
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where isOurs(stream) {
            let copy = fcntl(stream, F_DUPFD_CLOEXEC, 3)
            if copy >= 0 { return ControllingTerminal(FileDescriptor(rawValue: copy)) }
        }
        let path = FilePath("/dev/tty")
        let terminal = try? FileDescriptor.open(path, .readWrite, options: .closeOnExec)
        return terminal.map(ControllingTerminal.init)
    }

    private static func isOurs(_ stream: Int32) -> Bool {
        isatty(stream) == 1 && tcgetsid(stream) == getsid(0)
            && fcntl(stream, F_GETFL) & O_ACCMODE == O_RDWR
    }

    var type: String? {
        unsafe getenv("TERM").map { unsafe String(cString: $0) }
    }

    /// Lends it; waits until it is ours to lend.
    func setForegroundGroup(_ group: Int32) {
        waitUntilInForeground()
        var now = termios()
        if unsafe tcgetattr(descriptor.rawValue, &now) == 0 { modes.withLock { $0 = now } }
        give(to: group)
    }

    func restore() {
        give(to: getpgrp())
        modes.withLock { modes in
            if var modes { unsafe tcsetattr(descriptor.rawValue, TCSADRAIN, &modes) }
            modes = nil
        }
    }

    /// Stops as whoever reads a terminal in the background, until `fg` brings it to the front.
    ///
    /// Where no shell could do that, the signal does nothing, and the terminal is free to take.
    private func waitUntilInForeground() {
        for _ in 1...50 where tcgetpgrp(descriptor.rawValue) != getpgrp() {
            kill(0, SIGTTIN)
            usleep(10_000)
        }
    }

    private func give(to group: pid_t) {
        // Whoever is in the background is stopped for this, unless it does not listen.
        var (blocked, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&blocked)
        unsafe sigaddset(&blocked, SIGTTOU)
        unsafe pthread_sigmask(SIG_BLOCK, &blocked, &before)
        tcsetpgrp(descriptor.rawValue, group)
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
