internal import BuildspecAWS
internal import BuildspecModel

/// Says what values of a configuration are impossible, where they stand.
enum ConfigCheck {
    /// All of them, in no order.
    static func findings(in configuration: Configuration) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for value in [configuration.cache, configuration.remote] {
            findings += check(value) { place($0) }
        }
        findings += check(configuration.maxSize) { text in
            text == "none" || SizeText.parse(text) != nil
                ? nil : "'\(text)' is not a size; write one like '500MB' or '10GB'"
        }
        findings += check(configuration.maxAge) { text in
            guard text != "none", case .failure(let problem) = DurationText.parse(text) else {
                return nil
            }
            return problem.message
        }
        for options in [configuration.s3] + configuration.buckets.values {
            for (name, value) in options {
                findings += check(value) { option(name, $0) }
            }
        }
        return findings
    }

    private static func check(
        _ value: Located<String>?,
        _ problem: (String) -> String?
    ) -> [Diagnostic] {
        guard let value, let message = problem(value.value) else { return [] }
        return [
            Diagnostic(.error, FindingName.badValue.rawValue, message, at: value.range)
        ]
    }

    /// A directory must not depend on where the command is run.
    private static func place(_ text: String) -> String? {
        if S3Location.isAddress(text) {
            do { _ = try S3Location(text) } catch { return error.message }
            return nil
        }
        if text == "none" || text.hasPrefix("/") || text.hasPrefix("~/") { return nil }
        return
            "'\(text)' is no place of a cache; write an absolute directory, one that begins with "
            + "'~/', or an address such as s3://bucket/prefix"
    }

    private static func option(_ name: String, _ text: String) -> String? {
        S3Location.Option(rawValue: name)?.problem(with: text)
    }
}
