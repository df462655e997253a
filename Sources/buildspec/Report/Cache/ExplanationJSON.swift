internal import BuildspecCache
internal import BuildspecModel
internal import BuildspecRunner

/// The output of `cache explain` as JSON.
///
/// New keys can be added. While `version` is 1, no key changes its meaning.
enum ExplanationJSON {
    static func print(_ explanation: CacheExplanation, _ missed: RecordedMiss? = nil) -> String {
        let identity = explanation.identity
        var members: [(String, JSONText)] = [
            ("version", .number("1")), ("verdict", .string(verdict(explanation.verdict))),
            ("scope", .string(identity.scope)), ("readScopes", texts(identity.readScopes)),
            ("key", identity.key.map(JSONText.string) ?? .null),
            ("fallbackKeys", texts(identity.fallbackKeys)), ("paths", texts(identity.paths)),
        ]
        if case .damaged(let problem) = explanation.verdict {
            members.append(("problem", .string(problem)))
        }
        if let inputs = identity.inputs { members.append(("keyInputs", EntryJSON.object(inputs))) }
        if let used = explanation.used {
            members.append(("used", .object(EntryJSON.members(used))))
        }
        if let transfer = explanation.transfer {
            let object = JSONText.object([
                ("packs", .number("\(transfer.packs)")), ("bytes", .number("\(transfer.bytes)")),
                ("files", .number("\(transfer.files)")),
                ("filesUnchanged", .number("\(transfer.filesUnchanged)")),
            ])
            members.append(("transfer", object))
        }
        members.append(("nearest", .array(explanation.nearest.map(object))))
        if let missed { members.append(("lastMiss", object(missed))) }
        return JSONText.object(members).pretty + "\n"
    }

    private static func verdict(_ verdict: CacheExplanation.Verdict) -> String {
        switch verdict {
        case .hit: "hit"
        case .fallback: "fallback"
        case .miss: "miss"
        case .damaged: "damaged"
        }
    }

    private static func object(_ missed: RecordedMiss) -> JSONText {
        let identity = missed.entry.identity
        return .object([
            ("build", .number("\(missed.entry.build)")),
            ("time", .number("\(missed.entry.time / 1_000_000_000)")),
            ("scope", .string(identity.scope)), ("readScopes", texts(identity.readScopes)),
            ("key", identity.key.map(JSONText.string) ?? .null),
            ("fallbackKeys", texts(identity.fallbackKeys)), ("paths", texts(identity.paths)),
            ("nearest", .array(missed.explanation.nearest.map(object))),
        ])
    }

    private static func object(_ related: CacheExplanation.RelatedEntry) -> JSONText {
        let inputs = related.inputs.map { changes in
            changes.map { change in
                JSONText.object([
                    ("kind", .string(change.kind.rawValue)), ("now", .string(change.current)),
                    ("then", .string(change.stored)),
                ])
            }
        }
        return .object([
            ("entry", .object(EntryJSON.members(related.info))),
            ("sameScope", .bool(related.isSameScope)),
            ("pathsAdded", texts(related.pathsAdded)),
            ("pathsRemoved", texts(related.pathsRemoved)),
            ("commonPrefix", .number("\(related.commonPrefix)")),
            ("inputs", inputs.map(JSONText.array) ?? .null),
        ])
    }

    private static func texts(_ list: [String]) -> JSONText {
        .array(list.map(JSONText.string))
    }
}
