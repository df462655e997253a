package import Subprocess
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A terminal without a screen: what a program writes to it is kept, and a test types.
package final class PseudoTerminal: Sendable {
    /// Something that should have been written and was not.
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    private let master: FileDescriptor
    /// Kept open, so that the terminal is there before and after a program.
    private let slave: FileDescriptor
    package let path: String
    private let seen = Mutex<[UInt8]>([])

    /// Opens one.
    ///
    /// - Throws: `Errno`.
    package init(columns: Int = 80, rows: Int = 24) throws {
        var (number, other) = (Int32(-1), Int32(-1))
        // Not 'ttyname', whose answer is in one place for all threads.
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

    /// All that was written up to now.
    package var bytes: [UInt8] {
        seen.withLock { seen in
            while let chunk = read() { seen += chunk }
            return seen
        }
    }

    /// The same as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Changes its size, of which programs are told by a signal.
    package func resize(columns: Int, rows: Int) {
        var size = winsize()
        size.ws_col = UInt16(columns)
        size.ws_row = UInt16(rows)
        _ = unsafe ioctl(master.rawValue, UInt(TIOCSWINSZ), &size)
    }

    /// Types.
    package func type(_ text: String) throws {
        _ = try master.writeAll(Array(text.utf8))
    }

    /// Waits until something was written, as often as is said.
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

    /// Runs a program with this as its terminal.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: its arguments.
    ///   - directory: where it starts.
    ///   - environment: all its variables.
    ///   - redirection: what the shell does with its streams before it starts, such as `>log`.
    ///   - body: what to do meanwhile.
    /// - Returns: its exit status; 128 and the signal's number when a signal ended it.
    /// - Throws: when it cannot be started, and what `body` throws.
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
        // The first terminal that the leader of a session opens becomes its own.
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

    /// Reads meanwhile: whoever writes to a terminal that nobody reads waits.
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
