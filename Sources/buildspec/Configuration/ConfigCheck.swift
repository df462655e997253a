internal import BuildspecAWS
internal import BuildspecModel

/// The check of the values of a configuration file.
enum ConfigCheck {
    /// Finds all invalid values, in no order.
    static func findings(in configuration: Configuration) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for value in [configuration.cache, configuration.remote] {
            findings += check(value) { locationProblem($0) }
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
                findings += check(value) { optionProblem(name, $0) }
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

    /// The problem of a store's location; a directory must not depend on the current directory.
    private static func locationProblem(_ text: String) -> String? {
        if S3Location.isAddress(text) {
            do { _ = try S3Location(text) } catch { return error.message }
            return nil
        }
        if text == "none" || text.hasPrefix("/") || text.hasPrefix("~/") { return nil }
        return
            "'\(text)' is not a location of a store; write an absolute directory, a directory that "
            + "begins with '~/', or an address such as s3://bucket/prefix"
    }

    private static func optionProblem(_ name: String, _ text: String) -> String? {
        S3Location.Option(rawValue: name)?.problem(with: text)
    }
}
