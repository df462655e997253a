internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner

/// An entry that was restored, and what the policy makes of it now.
struct AuditRow {
    var entry: RestoredEntry
    var now: EntryTrust

    var isRefused: Bool {
        if case .refused = now { true } else { false }
    }
}

/// What builds consumed, for people and for programs.
///
/// Keys may be added to the JSON; none changes its meaning while `version` is 1.
enum AuditOutput {
    static func text(_ rows: [AuditRow], project: String) -> String {
        guard !rows.isEmpty else {
            return "no build of '\(project)' has restored a cache entry on this machine yet\n"
        }
        var text = ""
        for row in rows {
            let origin = row.entry.origin
            let build = row.entry.build.map { "build \($0)" } ?? "without a build"
            let key = origin.key.map { "key '\($0)'" } ?? "the keyless entry"
            let scope = origin.isOwnScope ? "" : ", which was only read"
            let lines = [
                ("entry", "\(key) of '\(origin.scope)'\(scope)"),
                ("paths", origin.version), ("manifest", origin.manifest),
                ("saved", "\(UTCTime.text(origin.saved)) by \(origin.writer)"),
                ("signer", TrustText.signer(origin)),
                ("then", TrustText.words(origin.trust)), ("now", TrustText.words(row.now)),
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
