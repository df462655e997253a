private import CPCRE2

/// A regular expression of `on-failure: RETRY-<regex>`, as PCRE2 reads it, for Unicode text.
///
/// Nested repetitions can take very long, so a search has a memory limit and can be stopped.
@safe package struct RetryPattern: ~Copyable {
    /// The error that a text is not a regular expression.
    package struct Problem: Error, Equatable {
        package var reason: String
        /// The number of the character before which the error was noticed, counted from 1.
        package var column: Int
    }

    /// The result of a search.
    package enum Outcome: Sendable, Equatable {
        case found
        case notFound
        /// The search stopped at a limit, or because of the caller.
        case limitReached
    }

    /// The number of items of the pattern between two calls of the caller's stop condition.
    ///
    /// Between two items, PCRE2 passes over the text at most once.
    private static let stride = 32
    /// The memory for backtracking, in KiB.
    private static let memory: UInt32 = 1 << 16

    private let code: OpaquePointer

    /// Compiles a pattern, with callouts before each item for the caller's stop condition.
    package init(_ text: String) throws(Problem) {
        // `\C` could split a character.
        let options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT
        let bytes = Array(text.utf8)
        var number: CInt = 0
        var offset = 0
        let code = unsafe pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil)
        guard let code = unsafe code else {
            let before = String(decoding: bytes.prefix(offset), as: UTF8.self).unicodeScalars
            throw Problem(reason: RetryPattern.reason(number), column: before.count + 1)
        }
        unsafe self.code = code
    }

    deinit {
        unsafe pcre2_code_free_8(code)
    }

    /// Searches for the pattern anywhere in a text; calls `shouldStop` repeatedly on this thread.
    package func search(_ text: String, until shouldStop: @escaping () -> Bool) -> Outcome {
        let bytes = Array(text.utf8)
        var check = StopCheck(shouldStop: shouldStop)
        let result = unsafe withUnsafeMutablePointer(to: &check) { check in
            unsafe match(bytes, check)
        }
        return switch result {
        case 0...: .found
        case PCRE2_ERROR_NOMATCH: .notFound
        default: .limitReached
        }
    }

    private func match(_ bytes: [UInt8], _ check: UnsafeMutablePointer<StopCheck>) -> CInt {
        guard let context = unsafe pcre2_match_context_create_8(nil),
            let data = unsafe pcre2_match_data_create_8(1, nil)
        else { return PCRE2_ERROR_NOMEMORY }
        defer {
            unsafe pcre2_match_context_free_8(context)
            unsafe pcre2_match_data_free_8(data)
        }
        unsafe pcre2_set_heap_limit_8(context, RetryPattern.memory)
        unsafe pcre2_set_callout_8(
            context,
            { _, check in
                unsafe check?.assumingMemoryBound(to: StopCheck.self).pointee.calloutResult() ?? 0
            },
            check
        )
        return unsafe pcre2_match_8(code, bytes, bytes.count, 0, 0, data, context)
    }

    /// The stop condition of a search, and the number of callouts.
    private struct StopCheck {
        let shouldStop: () -> Bool
        var count = 0

        mutating func calloutResult() -> CInt {
            count += 1
            return count % RetryPattern.stride == 0 && shouldStop() ? PCRE2_ERROR_CALLOUT : 0
        }
    }

    private static func reason(_ number: CInt) -> String {
        var text = [UInt8](repeating: 0, count: 256)
        let count = unsafe pcre2_get_error_message_8(number, &text, text.count)
        return count > 0
            ? String(decoding: text.prefix(Int(count)), as: UTF8.self) : "error \(number)"
    }
}
