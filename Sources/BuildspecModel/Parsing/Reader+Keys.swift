extension Reader {
    /// Reports the unknown keys of a mapping, each with a suggestion.
    ///
    /// As far as is known, CodeBuild silently ignores unknown keys. It is unknown whether CodeBuild
    /// accepts a key with different capitals.
    mutating func checkKeys(of mapping: Mapping, _ shape: KeyShape, in keyPath: String) {
        for pair in mapping.pairs where shape.row(pair.name) == nil {
            reportUnknown(pair, shape, in: keyPath)
        }
    }

    /// Reports one unknown key.
    mutating func reportUnknown(_ pair: Mapping.Pair, _ shape: KeyShape, in keyPath: String) {
        let name = pair.name.clipped
        let location = keyPath.isEmpty ? "at the top level" : "in '\(keyPath)'"
        switch suggestion(for: pair, in: shape, at: keyPath) {
        case .recased(let key):
            report(
                .recasedKey,
                "unknown key '\(name)' \(location); write '\(key)' in exactly these letters",
                at: pair.keyRange,
                severity: unknownSeverity,
                codeBuild: "not known: it may ignore the key or read it as '\(key)'"
            )
        case .misspelt(let key):
            report(
                .unknownKey,
                "unknown key '\(name)' \(location); did you mean '\(key)'?",
                at: pair.keyRange,
                codeBuild: ignored
            )
        case .misplaced(let path):
            report(
                .misplacedKey,
                "'\(name)' has no meaning \(location); \(moveHint(for: pair.name, to: path, from: keyPath))",
                at: pair.keyRange,
                codeBuild: ignored
            )
        case nil:
            report(
                .unknownKey,
                "unknown key '\(name)' \(location); \(knownKeys(shape))",
                at: pair.keyRange,
                codeBuild: ignored
            )
        }
    }

    /// Returns the key that an unknown name probably means, for the first unknown names of a file.
    mutating func suggestion(
        for pair: Mapping.Pair,
        in shape: KeyShape,
        at keyPath: String
    ) -> Suggestion? {
        guard suggestionsLeft > 0 else { return nil }
        suggestionsLeft -= 1
        let sections = SectionsAbove(root: root, position: pair.keyRange.start)
        return Suggestion.find(for: pair.name, in: shape, at: keyPath, sections: sections)
    }

    /// Returns a message about where a key belongs.
    func moveHint(for name: String, to path: String, from keyPath: String) -> String {
        if keyPath.hasSuffix(".\(name)") {
            return "it is inside '\(name)' already; move its keys up"
        }
        if name == "depend-on" { return "only the builds of a 'build-graph' can wait" }
        guard let dot = path.lastIndex(of: ".") else {
            return "it belongs at the top level, check the indentation"
        }
        if KeyTable.phaseShape.row(name) != nil, path.hasPrefix("phases.") {
            return "it belongs under a phase, check the indentation"
        }
        return "it belongs under '\(path[..<dot])', check the indentation"
    }

    private var ignored: String { "ignores the key, so nothing under it happens" }

    private func knownKeys(_ shape: KeyShape) -> String {
        "it can have \(shape.rows.map(\.name).listed)"
    }

    /// Reports a section whose value is missing.
    mutating func reportNull(_ pair: Mapping.Pair, _ keyPath: String) {
        guard pair.value.isNull else { return }
        report(
            .nullSection,
            "'\(keyPath)' has nothing under it; remove it, or indent what belongs to it",
            at: pair.keyRange
        )
    }

    /// Reports a required key that is missing.
    mutating func reportMissing(
        _ key: String,
        in keyPath: String,
        at range: SourceRange,
        codeBuild: String? = nil
    ) {
        report(.missingKey, "'\(keyPath)' needs '\(key)'", at: range, codeBuild: codeBuild)
    }
}
