internal import BuildspecCache
internal import BuildspecRunner

/// The output of `cache explain` as text.
enum ExplanationText {
    static func print(_ explanation: CacheExplanation, _ missed: RecordedMiss? = nil) -> String {
        let identity = explanation.identity
        var lines = [verdict(explanation)]
        lines.append("")
        lines.append("scope     \(identity.scope)")
        lines += identity.readScopes.map { "read      \($0)" }
        lines.append("key       \(identity.key ?? "-")")
        lines += identity.fallbackKeys.map { "fallback  \($0)" }
        lines += identity.paths.map { "path      \($0)" }
        if let inputs = identity.inputs { lines += self.inputs(inputs) }
        if let transfer = explanation.transfer { lines += ["", self.transfer(transfer)] }
        for related in explanation.nearest {
            lines.append("")
            lines += description(of: related, requested: identity)
        }
        if explanation.nearest.isEmpty, explanation.used == nil {
            let isDamaged = if case .damaged = explanation.verdict { true } else { false }
            lines += ["", "the store has no \(isDamaged ? "other entry" : "entry yet")"]
        }
        if let missed { lines += [""] + description(of: missed, after: explanation) }
        return lines.map(\.oneLine).joined(separator: "\n") + "\n"
    }

    private static func description(
        of missed: RecordedMiss,
        after shown: CacheExplanation
    ) -> [String] {
        let time = UTCTime.text(missed.entry.time / 1_000_000_000)
        let request = CacheText.request(missed.entry.identity)
        var lines = ["build \(missed.entry.build) missed on \(time): it looked for \(request)"]
        // The related entries of the same miss are already in the output.
        let isSame = shown.used == nil && missed.entry.identity.key == shown.identity.key
        let reported = isSame ? Set(shown.nearest.map(\.info.recordName)) : []
        let nearest = missed.explanation.nearest.filter { !reported.contains($0.info.recordName) }
        for related in nearest {
            lines += description(of: related, requested: missed.explanation.identity)
        }
        if missed.explanation.nearest.isEmpty {
            lines.append("  no entry of that time is in the store now")
        }
        return lines
    }

    private static func verdict(_ explanation: CacheExplanation) -> String {
        let key = explanation.identity.key.map { "key '\($0)'" } ?? "the default entry"
        switch explanation.verdict {
        case .hit: return "hit: \(key) is stored" + otherScope(explanation)
        case .fallback(let prefix):
            let used = explanation.used?.key ?? "-"
            return "fallback: \(key) is not stored; '\(prefix)' finds '\(used)'"
                + otherScope(explanation)
        case .damaged(let problem): return "miss: \(key) is stored and cannot be used: \(problem)"
        case .miss:
            if explanation.nearest.contains(where: { isSameKey($0, explanation) }) {
                return "miss: \(key) is stored, but for other paths or another scope"
            }
            return "miss: \(key) is not stored"
        }
    }

    private static func otherScope(_ explanation: CacheExplanation) -> String {
        guard let used = explanation.used, used.scope != explanation.identity.scope else {
            return ""
        }
        return ", in scope '\(used.scope)'"
    }

    private static func isSameKey(
        _ related: CacheExplanation.RelatedEntry,
        _ explanation: CacheExplanation
    ) -> Bool {
        related.info.key == explanation.identity.key
    }

    private static func inputs(_ inputs: KeyInputs) -> [String] {
        var lines: [String] = []
        if let declared = inputs.declared { lines.append("declared  \(declared)") }
        for hash in inputs.hashes {
            let patterns = hash.patterns.joined(separator: " ")
            lines.append("hash      \(hash.hash.prefix(12)) of \(patterns)")
            lines += hash.files.prefix(20).map { "          \($0.digest.prefix(12)) \($0.path)" }
            if hash.files.count > 20 { lines.append("          and \(hash.files.count - 20) more") }
        }
        return lines
    }

    private static func transfer(_ transfer: CacheExplanation.Transfer) -> String {
        let files = Quantity.count(transfer.files, "file")
        let same = "\(transfer.filesUnchanged) of \(files) unchanged"
        guard transfer.packs > 0 else { return "restoring it now fetches nothing; \(same)" }
        return "restoring it now fetches \(Quantity.size(transfer.bytes)) in "
            + "\(Quantity.count(transfer.packs, "pack")); \(same)"
    }

    /// The lines about a related entry: how it differs from the requested one.
    private static func description(
        of related: CacheExplanation.RelatedEntry,
        requested: CacheIdentity
    ) -> [String] {
        let info = related.info
        var lines = ["near: \(info.displayText), saved \(UTCTime.text(info.saved))"]
        if !related.isSameScope {
            lines.append("  scope: '\(info.scope)', not '\(requested.scope)'")
        }
        lines += related.pathsAdded.map { "  path:  + \($0) (not in this entry)" }
        lines += related.pathsRemoved.map { "  path:  - \($0) (only in this entry)" }
        if info.key != requested.key {
            let now = rest(requested.key ?? "-", related.commonPrefix)
            let then = rest(info.key ?? "-", related.commonPrefix)
            lines.append(
                "  key:   '\(now)' and not '\(then)' from character \(related.commonPrefix + 1)"
            )
        }
        guard let inputs = related.inputs else {
            if info.key != requested.key {
                lines.append("  input: not known; the key or the save did not record its files")
            }
            return lines
        }
        return lines + inputs.map { "  input: \(text($0))" }
    }

    private static func rest(_ key: String, _ start: Int) -> String {
        let tail = key.dropFirst(start)
        return tail.count > 16 ? tail.prefix(12) + "…" : String(tail)
    }

    private static func text(_ change: CacheExplanation.InputChange) -> String {
        switch change.kind {
        case .added: "'\(change.current)' is new"
        case .removed: "'\(change.current)' is gone"
        case .changed: "'\(change.current)' changed"
        case .patterns: "codebuild-hash-files \(change.current), not \(change.stored)"
        case .declared: "the key is written '\(change.current)', not '\(change.stored)'"
        }
    }
}

/// A recorded miss of a build with its explanation.
struct RecordedMiss {
    var entry: MissedEntry
    var explanation: CacheExplanation
}
