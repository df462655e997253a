public import BuildspecModel
public import BuildspecReports

/// The status of a report, with CodeBuild's name for it.
///
/// Source: CodeBuild API, Report.
public enum ReportStatus: String, Sendable {
    /// All test cases passed or were skipped, or the report is about coverage.
    case succeeded = "SUCCEEDED"
    /// A test case failed or ended with an error.
    case failed = "FAILED"
    /// No file was found, or a file could not be read or exported.
    case incomplete = "INCOMPLETE"
}

/// The report of one report group, or why a build has none.
public struct GroupReport: Sendable, Equatable {
    /// The group as the buildspec names it, variables replaced; the format's name if it was discovered.
    public var name: String
    /// The report group: the ARN, or `PROJECT-NAME`.
    public var group: String
    /// Whether the files were found without a declaration in the buildspec.
    public var isDiscovered = false
    /// The format of the files; `nil` if the buildspec names an unknown one.
    public var format: ReportFormat?
    /// The status of the report.
    public var status = ReportStatus.incomplete
    /// The number of files.
    public var files = 0
    /// The number of discovered files that cannot be read and are left out.
    public var unreadable = 0
    /// The joined content of the files; `nil` if it cannot be read.
    public var report: Report?
    /// The directory or address that the files were exported to; `nil` without an export.
    public var location: String?
    /// CodeBuild's message if the report could not be made, without the name of the group.
    public var failure: String?
    /// The location of the key that caused the failure.
    public var range: SourceRange?

    /// The name for people: of an ARN, the part after the last `/`.
    public var label: String {
        guard name.hasPrefix("arn:"), let last = name.split(separator: "/").last else {
            return name
        }
        return String(last)
    }

    /// Creates the result of a group that has no report yet.
    public init(name: String, group: String) {
        self.name = name
        self.group = group
    }
}

/// The search for reports that the buildspec does not declare.
public struct ReportDiscovery: Sendable, Equatable {
    /// The pattern of the search, such as `**/*`.
    public var pattern: String
    /// The number of report files that were found.
    public var files: Int
    /// The time of the search.
    public var duration: Duration
}

/// The result of reading all reports.
public enum ReportsOutcome: Sendable, Equatable {
    /// A failure, a stop or `--phase` prevented the reports.
    case skipped
    /// The reports were read, each with or without a failure.
    case read([GroupReport], duration: Duration)

    /// The reports; none if they were not read.
    public var groups: [GroupReport] {
        if case .read(let groups, _) = self { groups } else { [] }
    }

    /// CodeBuild's message for the groups without a report; `nil` if there are none.
    ///
    /// Source: build logs in aquasecurity/trivy#902, aws/aws-cdk#13867 and
    /// awsdocs/aws-codebuild-user-guide#91. The text between two groups is not known there.
    public var failure: String? {
        let failures = groups.compactMap { group in group.failure.map { "\(group.name): [\($0)]" } }
        guard !failures.isEmpty else { return nil }
        return "Error in UPLOAD_ARTIFACTS phase: [\(failures.joined(separator: " "))]"
    }
}
