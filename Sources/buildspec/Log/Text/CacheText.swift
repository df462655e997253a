internal import BuildspecCache
internal import BuildspecRunner

/// The texts about the results of a cache.
enum CacheText {
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

    /// The lines of a build's log about a restore, with the request if the key had no entry.
    static func logLines(_ report: RestoreReport) -> String {
        var lines = ["cache: \(restored(report))"]
        if let searched = report.searched {
            lines.append("cache: looked for \(request(searched))")
        }
        return lines.map(\.oneLine).joined(separator: "\n")
    }

    /// The request of a restore: keys, paths and scopes.
    static func request(_ identity: CacheIdentity) -> String {
        func list(_ texts: [String]) -> String {
            texts.map { "'\($0)'" }.joined(separator: ", ")
        }
        var text = identity.key.map { "key '\($0)'" } ?? "the default entry"
        if identity.key != nil, !identity.fallbackKeys.isEmpty {
            text += ", fallback keys \(list(identity.fallbackKeys))"
        }
        let scopes = [identity.scope] + identity.readScopes
        let noun = scopes.count == 1 ? "scope" : "scopes"
        return "\(text), paths \(list(identity.paths)), in \(noun) \(list(scopes))"
    }

    /// The scopes of a restore, for the end of a sentence about a miss.
    static func scopes(_ identity: CacheIdentity) -> String {
        ([identity.scope] + identity.readScopes).map { ", scope '\($0)'" }.joined()
    }

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
        let tail = leftOut(report) + deleted(report)
        if report.bytesStored == 0 { return "saved \(files), unchanged" + tail }
        return "saved \(files): \(Quantity.size(report.bytesStored)) stored, "
            + "\(Quantity.size(report.bytesReused)) reused" + tail
    }

    /// The number of files that an incomplete entry does not have.
    private static func leftOut(_ report: SaveReport) -> String {
        guard report.filesLeftOut > 0 else { return "" }
        return "; incomplete, \(report.filesLeftOut) left out: the next save replaces the entry"
    }

    /// The entries that the store's limits deleted.
    private static func deleted(_ report: SaveReport) -> String {
        guard report.entriesRemoved > 0 else { return "" }
        let entries = Quantity.count(report.entriesRemoved, "old entries", one: "old entry")
        // Objects of a deleted entry stay for the grace period, so the size can be 0.
        let size = report.bytesRemoved > 0 ? " (\(Quantity.size(report.bytesRemoved)))" : ""
        return "; \(entries) deleted\(size)"
    }

    /// The results of restoring and saving; a failure of both is already in a warning.
    static func outcomes(_ restored: CacheRestoreOutcome, _ saved: CacheSaveOutcome) -> [String?] {
        if case .failed(let reason) = restored, saved == .failed(reason) {
            return ["not used: the warning above says why"]
        }
        return [outcome(restored), outcome(saved)]
    }

    /// The result of restoring; `nil` if no restore was requested.
    static func outcome(_ outcome: CacheRestoreOutcome) -> String? {
        switch outcome {
        case .notWanted: nil
        case .skipped(let reason), .failed(let reason): "nothing restored: \(reason)"
        case .restored(let report): restored(report)
        }
    }

    /// The result of saving; `nil` if no save was requested.
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

    /// The scope of the entry, if it is not the build's, and its signer.
    private static func origin(_ report: RestoreReport) -> String {
        guard let origin = report.origin else { return "" }
        let scope = origin.isOwnScope ? "" : ", from scope '\(origin.scope)'"
        guard case .verified(let key) = origin.trust else { return scope }
        return scope + ", signed by '\(key)'"
    }

    /// The number of source files whose times were or were not restored.
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
