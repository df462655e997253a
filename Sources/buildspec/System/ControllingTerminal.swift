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

/// The controlling terminal of this process.
final class ControllingTerminal: DebugTerminal {
    let descriptor: FileDescriptor
    private let modes = Mutex<termios?>(nil)

    private init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Opens the terminal; `nil` if the process has none.
    ///
    /// A standard stream is used if it is this terminal, because programs can ask its descriptor
    /// for the terminal's name; `/dev/tty` has no name.
    static func open() -> ControllingTerminal? {
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where isControlling(stream) {
            let copy = fcntl(stream, F_DUPFD_CLOEXEC, 3)
            if copy >= 0 { return ControllingTerminal(FileDescriptor(rawValue: copy)) }
        }
        let path = FilePath("/dev/tty")
        let terminal = try? FileDescriptor.open(path, .readWrite, options: .closeOnExec)
        return terminal.map(ControllingTerminal.init)
    }

    private static func isControlling(_ stream: Int32) -> Bool {
        isatty(stream) == 1 && tcgetsid(stream) == getsid(0)
            && fcntl(stream, F_GETFL) & O_ACCMODE == O_RDWR
    }

    var type: String? {
        unsafe getenv("TERM").map { unsafe String(cString: $0) }
    }

    /// Gives the terminal to a process group, as soon as this process is in the foreground.
    func setForegroundGroup(_ group: Int32) {
        waitUntilInForeground()
        var now = termios()
        if unsafe tcgetattr(descriptor.rawValue, &now) == 0 { modes.withLock { $0 = now } }
        moveToForeground(group)
    }

    func restore() {
        moveToForeground(getpgrp())
        modes.withLock { modes in
            if var modes { unsafe tcsetattr(descriptor.rawValue, TCSADRAIN, &modes) }
            modes = nil
        }
    }

    /// Stops this process as one that reads the terminal in the background, until `fg` continues it.
    ///
    /// Without a shell that could do that, the signal has no effect, and the terminal is free.
    private func waitUntilInForeground() {
        for _ in 1...50 where tcgetpgrp(descriptor.rawValue) != getpgrp() {
            kill(0, SIGTTIN)
            usleep(10_000)
        }
    }

    private func moveToForeground(_ group: pid_t) {
        // The call stops a process in the background that does not block SIGTTOU.
        var (blocked, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&blocked)
        unsafe sigaddset(&blocked, SIGTTOU)
        unsafe pthread_sigmask(SIG_BLOCK, &blocked, &before)
        tcsetpgrp(descriptor.rawValue, group)
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
