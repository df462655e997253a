extension Reader {
    /// Reports the keys of a mapping that its shape does not have, with what was probably meant.
    ///
    /// CodeBuild ignores unknown keys, as far as is known, so that what they were meant to do
    /// silently does not happen; a key in other capitals may or may not be honoured.
    mutating func checkKeys(of mapping: Mapping, _ shape: KeyShape, in place: String) {
        for pair in mapping.pairs where shape.row(pair.name) == nil {
            reportUnknown(pair, shape, in: place)
        }
    }

    /// Reports one unknown key.
    mutating func reportUnknown(_ pair: Mapping.Pair, _ shape: KeyShape, in place: String) {
        let name = pair.name.clipped
        let inPlace = place.isEmpty ? "at the top level" : "in '\(place)'"
        switch suggestion(for: pair, in: shape, at: place) {
        case .recased(let key):
            report(
                .recasedKey,
                "unknown key '\(name)' \(inPlace); write '\(key)' in exactly these letters",
                at: pair.keyRange,
                severity: unknownSeverity,
                codeBuild: "not known: it may ignore the key or take it for '\(key)'"
            )
        case .misspelt(let key):
            report(
                .unknownKey,
                "unknown key '\(name)' \(inPlace); did you mean '\(key)'?",
                at: pair.keyRange,
                codeBuild: ignored
            )
        case .misplaced(let path):
            report(
                .misplacedKey,
                "'\(name)' has no meaning \(inPlace); \(home(of: pair.name, at: path, from: place))",
                at: pair.keyRange,
                codeBuild: ignored
            )
        case nil:
            report(
                .unknownKey,
                "unknown key '\(name)' \(inPlace); \(known(shape))",
                at: pair.keyRange,
                codeBuild: ignored
            )
        }
    }

    /// What was meant by a name, for the first unknown names of a file.
    mutating func suggestion(
        for pair: Mapping.Pair,
        in shape: KeyShape,
        at place: String
    ) -> Suggestion? {
        guard suggestionsLeft > 0 else { return nil }
        suggestionsLeft -= 1
        let sections = SectionsAbove(root: root, position: pair.keyRange.start)
        return Suggestion.find(for: pair.name, in: shape, at: place, sections: sections)
    }

    /// Where a key belongs, in words.
    func home(of name: String, at path: String, from place: String) -> String {
        if place.hasSuffix(".\(name)") { return "it is inside '\(name)' already; move its keys up" }
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

    private func known(_ shape: KeyShape) -> String {
        "it can have \(shape.rows.map(\.name).listed)"
    }

    /// Reports a section whose value is missing.
    mutating func reportNull(_ pair: Mapping.Pair, _ place: String) {
        guard pair.value.isNull else { return }
        report(
            .nullSection,
            "'\(place)' has nothing under it; remove it, or indent what belongs to it",
            at: pair.keyRange
        )
    }

    /// Reports a required key that is not there.
    mutating func reportMissing(
        _ key: String,
        in place: String,
        at range: SourceRange,
        codeBuild: String? = nil
    ) {
        report(.missingKey, "'\(place)' needs '\(key)'", at: range, codeBuild: codeBuild)
    }
}
