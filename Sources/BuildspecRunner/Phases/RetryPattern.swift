/// The regular expression of `on-failure: RETRY-<pattern>`.
package enum RetryPattern {
    /// Whether `pattern` is found anywhere in `message`; a pattern that cannot be used, of which
    /// reading the buildspec warns, never is.
    package static func matches(_ pattern: String, _ message: String) -> Bool {
        // The default must not cost the compilation of an expression.
        if pattern == ".*" { return true }
        guard let expression = try? Regex(pattern) else { return false }
        return message.firstMatch(of: expression) != nil
    }
}
