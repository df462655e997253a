private import CPCRE2

/// A regular expression of `on-failure: RETRY-<regex>`: Perl's syntax, as PCRE2 reads it, over Unicode
/// text.
///
/// A repetition in a repetition can take longer than anybody waits, so a search has bounds: memory,
/// steps, and whatever its caller asks.
@safe package struct RetryPattern: ~Copyable {
    /// Why a text is no regular expression.
    package struct Problem: Error, Equatable {
        /// What is wrong, in PCRE2's words.
        package var reason: String
        /// In front of which character it was noticed; the first one is 1.
        package var column: Int
    }

    /// What a search came to.
    package enum Outcome: Sendable, Equatable {
        /// The pattern is in the text.
        case found
        /// It is not.
        case notFound
        /// A bound was reached before that was known.
        case gaveUp
    }

    /// How often the caller is asked whether to go on: in front of every 32nd item that is tried.
    ///
    /// Between two items there is at most one pass over the text.
    private static let stride = 32
    /// The memory for places to go back to, in KiB.
    private static let memory: UInt32 = 1 << 16

    private let code: OpaquePointer

    /// Compiles a pattern.
    ///
    /// - Parameter text: the pattern.
    /// - Throws: `Problem` when it is none.
    package init(_ text: String) throws(Problem) {
        // `\C` could cut a character in two. A callout in front of each item is what asks the caller.
        let options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT
        let bytes = Array(text.utf8)
        var number: CInt = 0
        var offset = 0
        let code = unsafe pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil)
        guard let code = unsafe code else {
            throw Problem(
                reason: RetryPattern.reason(number),
                column: String(decoding: bytes.prefix(offset), as: UTF8.self).unicodeScalars.count
                    + 1
            )
        }
        unsafe self.code = code
    }

    deinit {
        unsafe pcre2_code_free_8(code)
    }

    /// Looks for the pattern anywhere in a text.
    ///
    /// - Parameters:
    ///   - text: where to look.
    ///   - isOver: whether to give up; asked again and again on the calling thread.
    /// - Returns: what came of it.
    package func search(_ text: String, until isOver: @escaping () -> Bool) -> Outcome {
        let bytes = Array(text.utf8)
        var watch = Watch(isOver: isOver)
        let result = unsafe withUnsafeMutablePointer(to: &watch) { watch in
            unsafe match(bytes, watch)
        }
        return switch result {
        case 0...: .found
        case PCRE2_ERROR_NOMATCH: .notFound
        default: .gaveUp
        }
    }

    private func match(_ bytes: [UInt8], _ watch: UnsafeMutablePointer<Watch>) -> CInt {
        guard let bounds = unsafe pcre2_match_context_create_8(nil),
            let data = unsafe pcre2_match_data_create_8(1, nil)
        else { return PCRE2_ERROR_NOMEMORY }
        defer {
            unsafe pcre2_match_context_free_8(bounds)
            unsafe pcre2_match_data_free_8(data)
        }
        unsafe pcre2_set_heap_limit_8(bounds, RetryPattern.memory)
        unsafe pcre2_set_callout_8(
            bounds,
            { _, watch in
                unsafe watch?.assumingMemoryBound(to: Watch.self).pointee.verdict() ?? 0
            },
            watch
        )
        return unsafe pcre2_match_8(code, bytes, bytes.count, 0, 0, data, bounds)
    }

    /// What is asked on the way.
    private struct Watch {
        let isOver: () -> Bool
        var count = 0

        init(isOver: @escaping () -> Bool) { self.isOver = isOver }

        mutating func verdict() -> CInt {
            count += 1
            return count % RetryPattern.stride == 0 && isOver() ? PCRE2_ERROR_CALLOUT : 0
        }
    }

    private static func reason(_ number: CInt) -> String {
        var text = [UInt8](repeating: 0, count: 256)
        let count = unsafe pcre2_get_error_message_8(number, &text, text.count)
        return count > 0
            ? String(decoding: text.prefix(Int(count)), as: UTF8.self) : "error \(number)"
    }
}
