internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecRunner

/// The options that say what a build does with its reports.
struct ReportsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Export the report files to this directory, or below this address of a bucket, such as "
                + "s3://bucket/path.",
            valueName: "dir"
        )
    )
    var reports: String?

    @Option(
        help: ArgumentHelp(
            "Export each report group as its files with 'none', or as one archive with 'zip'.",
            valueName: "packaging"
        )
    )
    var reportsPackaging = ArtifactsOptions.Packaging.none

    @Option(
        help: ArgumentHelp(
            "Encrypt the exported objects of a bucket with 's3' or with this KMS key; with 'off' the "
                + "bucket's default decides. (default: the address's options, else 'off')",
            valueName: "key"
        )
    )
    var reportsEncryption: String?

    @Option(
        help: ArgumentHelp(
            "Fail the build if a test case failed with 'tests', or if a coverage report covers less of "
                + "its lines with, for example, 'coverage<80'. Can be repeated.",
            valueName: "rule"
        ),
        transform: FailureRule.parse
    )
    var failOn: [ReportRule] = []

    func validate() throws {
        if reports?.isEmpty == true {
            throw ValidationError("--reports: the directory's name is empty")
        }
        if reportsEncryption != nil, reports.map(S3Location.isAddress) != true {
            throw ValidationError("--reports-encryption needs a bucket in --reports")
        }
    }

    /// Makes the options of a build.
    func options(_ config: ConfigFile) throws -> ReportOptions {
        var options = ReportOptions()
        options.destination = try reports.map {
            try OutputDestination.make(
                $0,
                of: "--reports",
                config,
                encryption: reportsEncryption
            )
        }
        options.packaging = reportsPackaging == .zip ? .zip : .none
        options.rules = failOn
        return options
    }
}

/// The values of `--fail-on`: `tests`, or `coverage<` and a percentage.
enum FailureRule {
    static func parse(_ text: String) throws -> ReportRule {
        let prefix = "coverage<"
        if text == "tests" { return .tests }
        guard text.hasPrefix(prefix), let least = percentage(text.dropFirst(prefix.count)) else {
            throw ValidationError(
                "'\(text)' is not a rule; write 'tests', or 'coverage<' and a number from 0 to 100"
            )
        }
        return .coverage(least)
    }

    /// Reads a decimal number from 0 to 100, with or without `%`.
    private static func percentage(_ text: Substring) -> Double? {
        let digits = text.hasSuffix("%") ? text.dropLast() : text
        guard digits.utf8.allSatisfy({ (0x30...0x39) ~= $0 || $0 == UInt8(ascii: ".") }),
            let value = Double(digits), value <= 100
        else { return nil }
        return value
    }
}
