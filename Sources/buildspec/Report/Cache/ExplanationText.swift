internal import BuildspecCache
internal import BuildspecRunner

/// Why a key is a hit or a miss, for people.
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
        for neighbour in explanation.nearest {
            lines.append("")
            lines += described(neighbour, asked: identity)
        }
        if explanation.nearest.isEmpty, explanation.used == nil {
            let isDamaged = if case .damaged = explanation.verdict { true } else { false }
            lines += ["", "the store has no \(isDamaged ? "other entry" : "entry yet")"]
        }
        if let missed { lines += [""] + described(missed, below: explanation) }
        return lines.map(\.oneLine).joined(separator: "\n") + "\n"
    }

    /// The last miss of a build.
    private static func described(
        _ missed: RecordedMiss,
        below shown: CacheExplanation
    ) -> [String] {
        let time = UTCTime.text(missed.entry.time / 1_000_000_000)
        let asked = CacheText.asked(missed.entry.identity)
        var lines = ["build \(missed.entry.build) missed on \(time): it looked for \(asked)"]
        // What is near the same miss stands above.
        let isSame = shown.used == nil && missed.entry.identity.key == shown.identity.key
        let told = isSame ? Set(shown.nearest.map(\.info.recordName)) : []
        let nearest = missed.explanation.nearest.filter { !told.contains($0.info.recordName) }
        for neighbour in nearest {
            lines += described(neighbour, asked: missed.explanation.identity)
        }
        if missed.explanation.nearest.isEmpty {
            lines.append("  no entry of that time is in the store now")
        }
        return lines
    }

    private static func verdict(_ explanation: CacheExplanation) -> String {
        let key = explanation.identity.key.map { "key '\($0)'" } ?? "the keyless entry"
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
        _ neighbour: CacheExplanation.RelatedEntry,
        _ explanation: CacheExplanation
    ) -> Bool {
        neighbour.info.key == explanation.identity.key
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

    private static func described(
        _ neighbour: CacheExplanation.RelatedEntry,
        asked: CacheIdentity
    ) -> [String] {
        let info = neighbour.info
        var lines = ["near: \(info.displayText), saved \(UTCTime.text(info.saved))"]
        if !neighbour.isSameScope { lines.append("  scope: '\(info.scope)', not '\(asked.scope)'") }
        lines += neighbour.pathsAdded.map { "  path:  + \($0), which the entry has not" }
        lines += neighbour.pathsRemoved.map { "  path:  - \($0), which only the entry has" }
        if info.key != asked.key {
            let now = rest(asked.key ?? "-", neighbour.commonPrefix)
            let then = rest(info.key ?? "-", neighbour.commonPrefix)
            lines.append(
                "  key:   '\(now)' and not '\(then)' from character \(neighbour.commonPrefix + 1)"
            )
        }
        guard let inputs = neighbour.inputs else {
            if info.key != asked.key {
                lines.append("  input: not known; the key, or the save, did not say its files")
            }
            return lines
        }
        return lines + inputs.map { "  input: \(words($0))" }
    }

    private static func rest(_ key: String, _ start: Int) -> String {
        let tail = key.dropFirst(start)
        return tail.count > 16 ? tail.prefix(12) + "…" : String(tail)
    }

    private static func words(_ change: CacheExplanation.InputChange) -> String {
        switch change.kind {
        case .added: "'\(change.current)' is new"
        case .removed: "'\(change.current)' is gone"
        case .changed: "'\(change.current)' changed"
        case .patterns: "codebuild-hash-files \(change.current), not \(change.stored)"
        case .declared: "the key is written '\(change.current)', not '\(change.stored)'"
        }
    }
}
