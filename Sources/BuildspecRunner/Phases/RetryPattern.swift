internal import BuildspecModel

/// The regular expression of `on-failure: RETRY-<pattern>`.
package enum RetryPattern {
    /// Whether `pattern` is found anywhere in `message`; a pattern that cannot be used, of which
    /// reading the buildspec warns, never is, nor is any once the task is cancelled.
    package static func matches(_ pattern: String, _ message: String) -> Bool {
        // The default must not cost the compilation of an expression.
        if pattern == ".*" { return true }
        return (try? SearchExpression(pattern).isFound(in: message)) ?? false
    }
}
