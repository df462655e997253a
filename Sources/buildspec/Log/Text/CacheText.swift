internal import BuildspecCache
internal import BuildspecRunner

/// What a cache did, in words.
enum CacheText {
    /// What a restore did.
    static func restored(_ report: RestoreReport) -> String {
        switch report.outcome {
        case .miss(let reason): return "nothing restored: \(reason)"
        case .exact(let key):
            return contents(report) + (key.map { ", key '\($0)'" } ?? "") + origin(report)
                + sources(report)
        case .fallback(let key):
            return contents(report) + ", fallback key '\(key)'" + origin(report)
                + sources(report)
        }
    }

    /// The lines of a build's log about a restore: if the key had no entry, also what was looked for.
    static func logged(_ report: RestoreReport) -> String {
        var lines = ["cache: \(restored(report))"]
        if let searched = report.searched {
            lines.append("cache: looked for \(asked(searched))")
        }
        return lines.map(\.oneLine).joined(separator: "\n")
    }

    /// What a restore is asked for, in words.
    static func asked(_ identity: CacheIdentity) -> String {
        func list(_ texts: [String]) -> String {
            texts.map { "'\($0)'" }.joined(separator: ", ")
        }
        var text = identity.key.map { "key '\($0)'" } ?? "the keyless entry"
        if identity.key != nil, !identity.fallbackKeys.isEmpty {
            text += ", fallback keys \(list(identity.fallbackKeys))"
        }
        let scopes = [identity.scope] + identity.readScopes
        let noun = scopes.count == 1 ? "scope" : "scopes"
        return "\(text), paths \(list(identity.paths)), in \(noun) \(list(scopes))"
    }

    /// Where a restore looked in vain.
    static func searched(_ identity: CacheIdentity) -> String {
        ([identity.scope] + identity.readScopes).map { ", scope '\($0)'" }.joined()
    }

    /// What a save did.
    static func saved(_ report: SaveReport) -> String {
        switch report.outcome {
        case .alreadyStored: return "not saved: the key is already stored"
        case .notAllowed(let reason): return "not saved: \(reason)"
        case .nothingToSave where report.filesLeftOut > 0:
            return "not saved: no file of the cache paths could be read"
        case .nothingToSave: return "not saved: no file matches the cache paths"
        case .saved: break
        }
        let files = Quantity.count(report.files, "file")
        let tail = leftOut(report) + removed(report)
        if report.bytesStored == 0 { return "saved \(files), unchanged" + tail }
        return "saved \(files): \(Quantity.size(report.bytesStored)) stored, "
            + "\(Quantity.size(report.bytesReused)) reused" + tail
    }

    /// What keeps an entry from being complete.
    private static func leftOut(_ report: SaveReport) -> String {
        guard report.filesLeftOut > 0 else { return "" }
        return "; incomplete, \(report.filesLeftOut) left out: the next save replaces the entry"
    }

    /// What the store's limits took.
    private static func removed(_ report: SaveReport) -> String {
        guard report.entriesRemoved > 0 else { return "" }
        let entries = Quantity.count(report.entriesRemoved, "old entries", one: "old entry")
        // Objects of a removed entry stay for the grace period, so at first it may free nothing.
        let size = report.bytesRemoved > 0 ? " (\(Quantity.size(report.bytesRemoved)))" : ""
        return "; \(entries) removed\(size)"
    }

    /// What became of restoring and saving; a reason that a warning has told for both is not told again.
    static func outcomes(
        _ restored: CacheRestoreOutcome,
        _ saved: CacheSaveOutcome
    ) -> [String?] {
        if case .failed(let reason) = restored, saved == .failed(reason) {
            return ["not used: the warning above says why"]
        }
        return [outcome(restored), outcome(saved)]
    }

    /// What became of restoring; `nil` when there is nothing to say.
    static func outcome(_ outcome: CacheRestoreOutcome) -> String? {
        switch outcome {
        case .notWanted: nil
        case .skipped(let reason), .failed(let reason): "nothing restored: \(reason)"
        case .restored(let report): restored(report)
        }
    }

    /// What became of saving; `nil` when there is nothing to say.
    static func outcome(_ outcome: CacheSaveOutcome) -> String? {
        switch outcome {
        case .notWanted: nil
        case .skipped(let reason), .failed(let reason): "not saved: \(reason)"
        case .saved(let report):
            report.outcome == .nothingToSave && report.filesLeftOut == 0
                ? saved(report) + "; 'buildspec plan' counts what each path matches"
                : saved(report)
        }
    }

    /// Whose the entry is, when it is another's, and who signed it.
    private static func origin(_ report: RestoreReport) -> String {
        guard let origin = report.origin else { return "" }
        let scope = origin.isOwnScope ? "" : ", from scope '\(origin.scope)'"
        guard case .verified(let key) = origin.trust else { return scope }
        return scope + ", signed by '\(key)'"
    }

    /// What became of the sources' times.
    private static func sources(_ report: RestoreReport) -> String {
        guard let times = report.retimed else { return "" }
        return "; sources: \(times.unchanged) unchanged, \(times.changed) changed"
    }

    private static func contents(_ report: RestoreReport) -> String {
        let files = Quantity.count(report.files, "file")
        let text = "restored \(files), \(Quantity.size(report.bytes))"
        guard report.filesUnchanged > 0 else { return text }
        if report.filesUnchanged == report.files { return text + ", all unchanged" }
        return text + ", \(Quantity.count(report.filesUnchanged, "file")) unchanged"
    }
}
