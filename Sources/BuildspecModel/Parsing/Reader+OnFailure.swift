extension Reader {
    /// Reads `on-failure`, with the keyword in any case, because the guide writes `RETRY` and
    /// `Retry`.
    ///
    /// Source: CodeBuild guide, build-spec-ref: phases/on-failure.
    mutating func readOnFailure(_ node: Node?, _ keyPath: String) -> OnFailure? {
        guard let value = text(node, keyPath) else { return nil }
        switch value.value.lowercased() {
        case "abort": return .abort
        case "continue": return .continue
        case let word where word == "retry" || word.hasPrefix("retry-"):
            return retry(value.value.dropFirst(5), at: value.range)
        default:
            reportOnFailure(value, keyPath)
            return nil
        }
    }

    private mutating func reportOnFailure(_ value: Located<String>, _ keyPath: String) {
        let isTemplate = value.value.contains("|")
        let keywords = ["ABORT", "CONTINUE", "RETRY"]
        let remedy =
            Suggestion.nearest(to: value.value, in: keywords).map { "did you mean '\($0)'?" }
            ?? "write ABORT, CONTINUE, or RETRY with '-<count>' and '-<regex>' if wanted"
        report(
            isTemplate ? .templateText : .badValue,
            "'\(value.value.clipped)' is not a value of '\(keyPath)'; \(remedy)",
            at: value.range,
            severity: isTemplate ? .warning : unknownSeverity,
            codeBuild: "not known"
        )
    }

    /// Parses the text after `RETRY`: `-<digits>` before the end or a `-` is the count, the rest is
    /// the regular expression.
    private mutating func retry(_ rest: Substring, at range: SourceRange) -> OnFailure {
        let parameters = rest.dropFirst()
        let digits = parameters.prefix { $0.isASCII && $0.isNumber }
        let tail = parameters.dropFirst(digits.count)
        guard !digits.isEmpty, tail.isEmpty || tail.first == "-" else {
            return .retry(count: 3, pattern: pattern(parameters, at: range))
        }
        let count = Int(digits) ?? .max
        if count > 100 {
            report(.badValue, "a build is tried again at most 100 times, not \(digits)", at: range)
        }
        return .retry(count: min(count, 100), pattern: pattern(tail.dropFirst(), at: range))
    }

    private mutating func pattern(_ text: Substring, at range: SourceRange) -> String {
        guard !text.isEmpty else { return ".*" }
        do throws(RetryPattern.Problem) {
            _ = try RetryPattern(String(text))
        } catch {
            report(
                .badValue,
                "'\(String(text).clipped)' is not a regular expression: \(error.reason), at its "
                    + "character \(error.column)",
                at: range
            )
        }
        return String(text)
    }
}
