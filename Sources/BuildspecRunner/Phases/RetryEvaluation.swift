internal import BuildspecModel

/// The decision whether `on-failure: RETRY-<regex>` retries a failed phase.
package struct RetryEvaluation: Sendable, Equatable {
    package var isRetried: Bool
    /// The reason why the search ended early, without a retry; `nil` if it did not.
    package var warning: String?

    private static let limit = Duration.milliseconds(500)

    package init(isRetried: Bool, warning: String? = nil) {
        self.isRetried = isRetried
        self.warning = warning
    }

    /// Searches an error message for a regular expression, for at most half a second or until the task is
    /// cancelled.
    package static func evaluate(_ pattern: String, _ message: String) -> RetryEvaluation {
        // The default pattern matches everything, so it need not be compiled.
        if pattern == ".*" { return RetryEvaluation(isRetried: true) }
        let expression: RetryPattern
        do throws(RetryPattern.Problem) {
            expression = try RetryPattern(pattern)
        } catch {
            return RetryEvaluation(
                isRetried: false,
                warning: "'\(pattern)' is not a regular expression: \(error.reason)"
            )
        }
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        let outcome = expression.search(message) { clock.now >= deadline || Task.isCancelled }
        return RetryEvaluation(
            isRetried: outcome == .found,
            warning: outcome != .limitReached || Task.isCancelled
                ? nil
                : "the pattern '\(pattern)' takes too long to look for, so it counts as not found; "
                    + "write it without a repetition inside of a repetition"
        )
    }
}
