internal import Synchronization
internal import SystemPackage

/// Writes a log: our own lines, and commands' output as it comes between them.
final class LogWriter: Sendable {
    private struct State {
        /// Whether the next byte begins a line.
        var atLineStart = true
        var isBroken = false
    }

    private let output: StandardStream
    private let error: StandardStream
    private let broken: @Sendable () -> Void
    private let state = Mutex(State())

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - output: where lines and output go.
    ///   - error: where warnings and errors go.
    ///   - broken: called once when the output cannot be written any more.
    init(_ output: StandardStream, _ error: StandardStream, broken: @escaping @Sendable () -> Void)
    {
        self.output = output
        self.error = error
        self.broken = broken
    }

    /// Writes output as it is.
    func forward(_ bytes: [UInt8]) {
        state.withLock { state in
            if let last = bytes.last { state.atLineStart = last == UInt8(ascii: "\n") }
            write(bytes, &state)
        }
    }

    /// Writes a line of ours, on a line of its own.
    func print(_ line: String) {
        state.withLock { state in
            write(
                Array((state.atLineStart ? line : "\n" + line).utf8) + [UInt8(ascii: "\n")],
                &state
            )
            state.atLineStart = true
        }
    }

    /// Writes a warning or an error, on a line of its own.
    func print(error line: String) {
        state.withLock { state in
            if !state.atLineStart { write([UInt8(ascii: "\n")], &state) }
            state.atLineStart = true
            error.write(line + "\n")
        }
    }

    private func write(_ bytes: [UInt8], _ state: inout State) {
        guard !state.isBroken, let obstacle = output.obstacle(toWriting: bytes) else { return }
        state.isBroken = true
        let reason =
            obstacle == .brokenPipe
            ? "nobody reads the output any more" : "the output cannot be written: \(obstacle)"
        error.write("error: \(reason); the build is stopped\n")
        broken()
    }
}
