internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner

/// A restored entry, and its trust by the current policy.
struct AuditRow {
    var entry: RestoredEntry
    var now: EntryTrust

    var isRefused: Bool {
        if case .refused = now { true } else { false }
    }
}

/// The output of `cache audit`, as text and as JSON.
///
/// New keys can be added to the JSON. While `version` is 1, no key changes its meaning.
enum AuditOutput {
    static func text(_ rows: [AuditRow], project: String) -> String {
        guard !rows.isEmpty else {
            return "no build of '\(project)' has restored a cache entry on this machine yet\n"
        }
        var text = ""
        for row in rows {
            let origin = row.entry.origin
            let build = row.entry.build.map { "build \($0)" } ?? "without a build"
            let key = origin.key.map { "key '\($0)'" } ?? "the default entry"
            let scope = origin.isOwnScope ? "" : " (only read)"
            let lines = [
                ("entry", "\(key) of '\(origin.scope)'\(scope)"),
                ("paths", origin.version), ("manifest", origin.manifest),
                ("saved", "\(UTCTime.text(origin.saved)) by \(origin.writer)"),
                ("signer", TrustText.signer(origin)),
                ("then", TrustText.sentence(origin.trust)), ("now", TrustText.sentence(row.now)),
            ]
            text += "\(UTCTime.text(row.entry.time)), \(build) of '\(project)'\n"
            for (name, value) in lines {
                text +=
                    "  " + name + String(repeating: " ", count: 10 - name.count) + value.oneLine
                    + "\n"
            }
        }
        return text
    }

    static func json(_ rows: [AuditRow], project: String) -> String {
        let list = rows.map { row in
            JSONText.object(
                [
                    ("time", .number("\(row.entry.time)")),
                    ("build", row.entry.build.map { .number("\($0)") } ?? .null),
                    ("key", row.entry.origin.key.map(JSONText.string) ?? .null),
                    ("pathsVersion", .string(row.entry.origin.version)),
                ] + TrustText.members(row.entry.origin)
                    + [("now", TrustText.json(row.now))]
            )
        }
        return JSONText.object([
            ("version", .number("1")), ("project", .string(project)), ("restored", .array(list)),
        ]).pretty + "\n"
    }
}
