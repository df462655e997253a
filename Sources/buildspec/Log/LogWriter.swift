internal import Synchronization
internal import SystemPackage

/// A writer of a log, which consists of buildspec's lines and the commands' output.
final class LogWriter: Sendable {
    private struct State {
        /// Whether the next byte begins a line.
        var atLineStart = true
        var isBroken = false
    }

    private let output: StandardStream
    private let error: StandardStream
    private let onFailure: @Sendable () -> Void
    private let state = Mutex(State())

    /// Creates a writer that calls `onFailure` once when the output cannot be written.
    init(
        _ output: StandardStream,
        _ error: StandardStream,
        onFailure: @escaping @Sendable () -> Void
    ) {
        self.output = output
        self.error = error
        self.onFailure = onFailure
    }

    /// Writes output unchanged.
    func forward(_ bytes: [UInt8]) {
        state.withLock { state in
            if let last = bytes.last { state.atLineStart = last == UInt8(ascii: "\n") }
            write(bytes, &state)
        }
    }

    /// Writes a line of buildspec, after a line break if one is missing.
    func print(_ line: String) {
        state.withLock { state in
            write(
                Array((state.atLineStart ? line : "\n" + line).utf8) + [UInt8(ascii: "\n")],
                &state
            )
            state.atLineStart = true
        }
    }

    /// Writes a warning or an error, after a line break if one is missing.
    func print(error line: String) {
        state.withLock { state in
            if !state.atLineStart { write([UInt8(ascii: "\n")], &state) }
            state.atLineStart = true
            error.write(line + "\n")
        }
    }

    private func write(_ bytes: [UInt8], _ state: inout State) {
        guard !state.isBroken, let failure = output.writeReportingError(bytes) else { return }
        state.isBroken = true
        let reason =
            failure == .brokenPipe
            ? "the reader closed the output" : "cannot write the output: \(failure)"
        error.write("error: \(reason); the build is stopped\n")
        onFailure()
    }
}
