package import Subprocess
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A terminal without a screen, which keeps the output of a program and types for a test.
package final class PseudoTerminal: Sendable {
    /// An error for expected text that no program has written.
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    private let master: FileDescriptor
    /// The program's end, which stays open so that the terminal exists before and after a program.
    private let slave: FileDescriptor
    package let path: String
    private let seen = Mutex<[UInt8]>([])

    /// Opens a terminal.
    ///
    /// - Throws: `Errno`.
    package init(columns: Int = 80, rows: Int = 24) throws {
        var (number, other) = (Int32(-1), Int32(-1))
        // Not 'ttyname', whose buffer is shared by all threads.
        var name = [CChar](repeating: 0, count: 128)
        guard unsafe openpty(&number, &other, nil, nil, nil) == 0,
            unsafe ttyname_r(other, &name, name.count) == 0
        else { throw Errno(rawValue: errno) }
        for end in [number, other] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        master = FileDescriptor(rawValue: number)
        slave = FileDescriptor(rawValue: other)
        path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        _ = fcntl(number, F_SETFL, O_NONBLOCK)
        resize(columns: columns, rows: rows)
    }

    deinit {
        try? master.close()
        try? slave.close()
    }

    /// All bytes that were written up to now.
    package var bytes: [UInt8] {
        seen.withLock { seen in
            while let chunk = read() { seen += chunk }
            return seen
        }
    }

    /// All text that was written up to now.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Changes the size, which programs notice by a signal.
    package func resize(columns: Int, rows: Int) {
        var size = winsize()
        size.ws_col = UInt16(columns)
        size.ws_row = UInt16(rows)
        _ = unsafe ioctl(master.rawValue, UInt(TIOCSWINSZ), &size)
    }

    /// Types a text.
    package func type(_ text: String) throws {
        _ = try master.writeAll(Array(text.utf8))
    }

    /// Waits until a text was written a number of times.
    ///
    /// - Throws: `Missing` after half a minute.
    package func expect(_ expected: String, times: Int = 1) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while text.ranges(of: expected).count < times {
            guard ContinuousClock.now < end else {
                throw Missing(description: "'\(expected)' was not written, but: \(text)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Runs a program in this terminal.
    ///
    /// - Parameters:
    ///   - program: The path of the program.
    ///   - arguments: The arguments.
    ///   - directory: The working directory.
    ///   - environment: All variables.
    ///   - redirection: The redirections of the shell that starts the program, such as `>log`.
    ///   - body: A closure that runs at the same time, with the process ID.
    /// - Returns: The exit status, or 128 and the number of the signal that ended the program.
    /// - Throws: An error if the program cannot be started, or the error of `body`.
    package func run(
        _ program: FilePath,
        _ arguments: [String],
        in directory: FilePath,
        environment: [Environment.Key: String],
        redirection: String = "",
        _ body: @escaping @Sendable (Int32) async throws -> Void
    ) async throws -> Int32 {
        var options = PlatformOptions()
        options.createSession = true
        // The first terminal that the leader of a session opens becomes its controlling terminal.
        let script = "exec <>\"$0\" >&0 2>&0; exec \"$@\" \(redirection)"
        return try await reading { [path, options] in
            let result = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: Arguments(["-c", script, path, program.string] + arguments),
                environment: .custom(environment),
                workingDirectory: directory,
                platformOptions: options,
                input: .none,
                output: .discarded,
                error: .discarded
            ) { execution in
                let number = execution.processIdentifier.value
                do {
                    try await body(number)
                } catch {
                    kill(number, SIGKILL)
                    throw error
                }
            }
            switch result.terminationStatus {
            case .exited(let code): return code
            case .signaled(let signal): return 128 + signal
            }
        }
    }

    /// Runs `body` and reads the output, because a program waits while nobody reads its terminal.
    private func reading(
        while body: @escaping @Sendable () async throws -> Int32
    ) async throws -> Int32 {
        try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !Task.isCancelled {
                    _ = self.bytes
                    try? await Task.sleep(for: .milliseconds(5))
                }
                return nil
            }
            let status = try await group.next() ?? nil
            group.cancelAll()
            return status ?? -1
        }
    }

    private func read() -> [UInt8]? {
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { space, count in
            count = unsafe (try? master.read(into: UnsafeMutableRawBufferPointer(space))) ?? 0
        }
        return chunk.isEmpty ? nil : chunk
    }
}
