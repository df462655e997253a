extension Reader {
    /// Returns the mapping of a section; reports a null value, another kind and unknown keys.
    mutating func section(
        _ pair: Mapping.Pair,
        _ keyPath: String,
        _ shape: KeyShape,
        hint: String? = nil
    ) -> Mapping? {
        reportNull(pair, keyPath)
        return mapping(pair.value, keyPath, shape, hint: hint)
    }

    /// Returns the mapping, or `nil` for a null value; reports another kind and unknown keys.
    mutating func mapping(
        _ node: Node?,
        _ keyPath: String,
        _ shape: KeyShape,
        hint: String? = nil
    ) -> Mapping? {
        guard let node, let mapping = mapping(node, keyPath, hint: hint) else { return nil }
        checkKeys(of: mapping, shape, in: keyPath)
        return mapping
    }

    /// Returns the mapping, or `nil` for a null value; reports another kind, with `hint` as remedy.
    mutating func mapping(_ node: Node, _ keyPath: String, hint: String? = nil) -> Mapping? {
        if let mapping = node.mapping { return mapping }
        guard !node.isNull else { return nil }
        let remedy = hint ?? wrongTypeRemedy(for: node)
        let message = "'\(keyPath)' must be a mapping, not \(node.kind)\(remedy)"
        report(.wrongType, message, at: node.range)
        return nil
    }

    private func wrongTypeRemedy(for node: Node) -> String {
        if let text = node.scalar?.text, text.contains(":"), node.scalar?.style == .plain {
            return "; a space is missing after the ':'"
        }
        if let items = node.items, items.contains(where: { $0.mapping != nil }) {
            return "; remove the '-' before its keys"
        }
        return ""
    }

    /// Returns the text of a scalar, or `nil` for a null value; reports a list or mapping.
    mutating func text(_ node: Node?, _ keyPath: String) -> Located<String>? {
        guard let node else { return nil }
        guard let scalar = node.scalar else {
            report(.wrongType, "'\(keyPath)' must be text, not \(node.kind)", at: node.range)
            return nil
        }
        guard !scalar.isNull else { return nil }
        return Located(scalar.text, at: node.range)
    }

    /// Reads a flag; source: CodeBuild guide, which writes `yes`, `no` and `false`.
    mutating func flag(_ node: Node?, _ keyPath: String) -> Bool {
        guard let value = text(node, keyPath) else { return false }
        switch value.value.lowercased() {
        case "yes", "true", "on", "y": return true
        case "no", "false", "off", "n": return false
        default:
            let isTemplate = value.value.contains("|")
            let isVariable = value.value.hasPrefix("$")
            report(
                isTemplate ? .templateText : isVariable ? .unusualValue : .badValue,
                "'\(keyPath)' must be yes or no, not '\(value.value.clipped)'; it counts as no",
                at: value.range,
                severity: isTemplate || isVariable ? .warning : unknownSeverity
            )
            return false
        }
    }

    /// Returns the texts of a list; reports empty items and items that are not a text.
    mutating func texts(
        _ node: Node?,
        _ keyPath: String,
        acceptsOne: Bool = false
    ) -> [Located<String>] {
        guard let node, !node.isNull else { return [] }
        if let scalar = node.scalar {
            if !acceptsOne {
                let remedy = "write '- \(scalar.text.clipped)' under it"
                report(.wrongType, "'\(keyPath)' must be a list; \(remedy)", at: node.range)
            }
            return [Located(scalar.text, at: node.range)]
        }
        guard let items = node.items else {
            report(.wrongType, "'\(keyPath)' must be a list, not a mapping", at: node.range)
            return []
        }
        return items.compactMap { item in
            if item.isNull {
                report(.nullSection, "an item of '\(keyPath)' is empty; remove it", at: item.range)
                return nil
            }
            return text(item, "an item of \(keyPath)")
        }
    }

    /// Reads one of the values in the key table; reports another value with the nearest one.
    mutating func choice(_ node: Node?, _ row: KeyRow?, _ keyPath: String) -> Located<String>? {
        guard let value = text(node, keyPath), let row else { return nil }
        guard case .choice(let values, let ignoringCase, let isOpen) = row.kind else {
            return value
        }
        let match = values.first {
            $0 == value.value || ignoringCase && $0.lowercased() == value.value.lowercased()
        }
        if let match { return Located(match, at: value.range) }
        guard !value.value.contains("$") else { return value }
        let program = value.value.split { $0 == "/" || $0 == " " }.last ?? ""
        let shell = ["dash", "ash"].contains(program) ? "sh" : program
        let same = values.first { $0.split(separator: "/").last == shell }
        // The directories of two programs do not make them similar.
        let typed = value.value.hasPrefix("/") ? String(program) : value.value
        let nearest = Suggestion.nearest(to: typed, in: values)
        let remedy =
            same.map { "write '\($0)'" } ?? nearest.map { "did you mean '\($0)'?" }
            ?? "it can be \(values.listed)"
        let isTemplate = value.value.contains("|")
        report(
            isTemplate ? .templateText : isOpen ? .unusualValue : .badValue,
            "'\(value.value.clipped)' is not a value of '\(keyPath)' that CodeBuild names; \(remedy)",
            at: value.range,
            severity: isTemplate || isOpen ? .warning : unknownSeverity
        )
        return isOpen ? value : nil
    }
}

extension [String] {
    /// The texts in single quotes, the last one joined by 'or'.
    var listed: String {
        let quoted = map { "'\($0)'" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension String {
    /// Whether the text is empty or has only whitespace and line breaks.
    package var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
