extension Reader {
    /// Reports the unknown keys of a mapping, each with a suggestion.
    ///
    /// As far as is known, CodeBuild silently ignores unknown keys.
    mutating func checkKeys(of mapping: Mapping, _ shape: KeyShape, in keyPath: String) {
        for pair in mapping.pairs where shape.row(pair.name) == nil {
            reportUnknown(pair, shape, in: keyPath)
        }
    }

    /// Reports one unknown key.
    mutating func reportUnknown(_ pair: Mapping.Pair, _ shape: KeyShape, in keyPath: String) {
        let location = keyPath.isEmpty ? "at the top level" : "in '\(keyPath)'"
        let subject = "'\(pair.name.clipped)' \(location)"
        var name = FindingName.unknownKey
        var message: String
        switch suggestion(for: pair, in: shape, at: keyPath) {
        case .recased(let key):
            return report(
                .recasedKey,
                "unknown key \(subject); write '\(key)' in exactly these letters",
                at: pair.keyRange,
                severity: unknownSeverity,
                codeBuild: "not known: it may ignore the key or read it as '\(key)'"
            )
        case .misspelt(let key): message = "unknown key \(subject); did you mean '\(key)'?"
        case .misplaced(let path):
            name = .misplacedKey
            message = "'\(pair.name.clipped)' has no meaning \(location)"
            message += "; \(moveHint(for: pair.name, to: path, from: keyPath))"
        case nil: message = "unknown key \(subject); it can have \(shape.rows.map(\.name).listed)"
        }
        let effect = "ignores the key, so nothing under it happens"
        report(name, message, at: pair.keyRange, codeBuild: effect)
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

    mutating func reportNull(_ pair: Mapping.Pair, _ keyPath: String) {
        guard pair.value.isNull else { return }
        let message = "'\(keyPath)' has nothing under it; remove it, or indent what belongs to it"
        report(.nullSection, message, at: pair.keyRange)
    }

    mutating func reportMissing(
        _ key: String,
        in keyPath: String,
        at range: SourceRange,
        codeBuild: String? = nil
    ) {
        report(.missingKey, "'\(keyPath)' needs '\(key)'", at: range, codeBuild: codeBuild)
    }
}
