internal import BuildspecCache

/// Runs a cache command's work, which a signal stops; an error is one line and exit status 3.
///
/// A second signal ends the process at once. The next command removes the temporary files that are left.
func reportingCacheErrors<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await reportingErrors {
        try await Signals.stopping(work, onSecondSignal: Signals.exitAtOnce)
    }
}

/// Runs work with a cache; an error is one line and exit status 3.
func reportingErrors<Value>(_ work: () async throws -> Value) async throws -> Value {
    do {
        return try await work()
    } catch is CancellationError {
        StandardStream.error.write("error: stopped\n")
        throw ExitStatus.stopped.exitCode
    } catch let error as CacheError {
        StandardStream.error.write("error: \("\(error)".oneLine)\n")
        throw ExitStatus.cacheFailed.exitCode
    }
}

/// Runs work that inspects a cache, and prints the notes of its store and errors.
func inspecting<Value: Sendable>(
    _ cache: BuildCache,
    _ work: @escaping @Sendable (BuildCache) async throws -> Value
) async throws -> Value {
    try await reportingCacheErrors {
        let cache = cache.inspecting()
        defer { printNotes(cache.drainNotes()) }
        return try await work(cache)
    }
}

/// Prints notes as warnings, a line each.
func printNotes(_ notes: [String]) {
    for note in notes { StandardStream.error.write("warning: cache: \(note.oneLine)\n") }
}
