internal import BuildspecModel

/// Whether a failure is one that `on-failure: RETRY-<regex>` means.
package struct RetryEvaluation: Sendable, Equatable {
    /// Whether the phase is tried again.
    package var isRetried: Bool
    /// Why that could not be found out, if it could not; then it is not tried again.
    package var complaint: String?

    /// How long a pattern may be searched for.
    private static let limit = Duration.milliseconds(500)

    /// Answers it.
    package init(isRetried: Bool, complaint: String? = nil) {
        self.isRetried = isRetried
        self.complaint = complaint
    }

    /// Looks for a pattern anywhere in an error message, within half a second and as long as the task
    /// is not cancelled.
    ///
    /// - Parameters:
    ///   - pattern: the regular expression.
    ///   - message: the message.
    /// - Returns: the answer.
    package static func answer(_ pattern: String, _ message: String) -> RetryEvaluation {
        // The default must not cost the compilation of an expression.
        if pattern == ".*" { return RetryEvaluation(isRetried: true) }
        let expression: RetryPattern
        do throws(RetryPattern.Problem) {
            expression = try RetryPattern(pattern)
        } catch {
            return RetryEvaluation(
                isRetried: false,
                complaint: "'\(pattern)' is not a regular expression: \(error.reason)"
            )
        }
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        let outcome = expression.search(message) { clock.now >= deadline || Task.isCancelled }
        return RetryEvaluation(
            isRetried: outcome == .found,
            complaint: outcome != .gaveUp || Task.isCancelled
                ? nil
                : "the pattern '\(pattern)' takes too long to look for, so it counts as not found; "
                    + "write it without a repetition inside of a repetition"
        )
    }
}
