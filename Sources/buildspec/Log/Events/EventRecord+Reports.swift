internal import BuildspecModel
internal import BuildspecReports
internal import BuildspecRunner

/// The members for reports.
extension EventRecord {
    /// The members of a group, with the counts of its report and without its cases and files.
    static func members(_ group: GroupReport) -> Members {
        var members: Members = [
            ("name", .string(group.name)), ("group", .string(group.group)),
            ("discovered", .bool(group.isDiscovered)), ("status", .string(group.status.rawValue)),
            number("files", group.files),
        ]
        if group.unreadable > 0 { members.append(number("unreadable", group.unreadable)) }
        if let format = group.format { members.append(("format", .string(format.rawValue))) }
        if let location = group.location { members.append(("location", .string(location))) }
        if let failure = group.failure {
            members.append(("failure", .string(failure)))
            members += group.range.map(position) ?? []
        }
        if let report = group.report {
            members.append(("type", .string(report.kind.rawValue)))
            members.append(("summary", ReportJSON.summary(report)))
        }
        return members
    }

    /// The member with the cases or the covered files of a group.
    static func content(_ group: GroupReport) -> Members {
        group.report.map { [("report", ReportJSON.object($0))] } ?? []
    }

    static func members(_ discovery: ReportDiscovery) -> Members {
        [
            ("pattern", .string(discovery.pattern)), number("files", discovery.files),
            seconds(discovery.duration),
        ]
    }

    /// The reports of a build; `nil` if it has none.
    static func object(_ outcome: ReportsOutcome) -> JSONText? {
        guard case .read(let groups, let duration) = outcome, !groups.isEmpty else { return nil }
        return .object([
            ("outcome", .string(outcome.failure == nil ? "read" : "failed")), seconds(duration),
            ("list", .array(groups.map { .object(members($0)) })),
        ])
    }
}
