extension Reader {
    /// The mapping of a section; reports any other value and gives `nil`.
    ///
    /// - Parameters:
    ///   - node: The section's value.
    ///   - place: The section's name for messages, such as `env.variables`.
    ///   - hint: The remedy, when a general one would not help.
    /// - Returns: The mapping; `nil` for nothing, and for what is no mapping.
    mutating func mapping(_ node: Node, _ place: String, hint: String? = nil) -> Mapping? {
        if let mapping = node.mapping { return mapping }
        guard !node.isNull else { return nil }
        let remedy = hint ?? wrongTypeRemedy(for: node)
        report(
            .wrongType,
            "'\(place)' must be a mapping, not \(node.kind)\(remedy)",
            at: node.range
        )
        return nil
    }

    private func wrongTypeRemedy(for node: Node) -> String {
        if let text = node.scalar?.text, text.contains(":"), node.scalar?.style == .plain {
            return "; a space is missing after the ':'"
        }
        if let items = node.items, items.contains(where: { $0.mapping != nil }) {
            return "; remove the '-' in front of its keys"
        }
        return ""
    }

    /// The text of a scalar; nothing reads as `nil`, any other value is reported.
    mutating func text(_ node: Node?, _ place: String) -> Located<String>? {
        guard let node else { return nil }
        guard let scalar = node.scalar else {
            report(.wrongType, "'\(place)' must be text, not \(node.kind)", at: node.range)
            return nil
        }
        guard !scalar.isNull else { return nil }
        return Located(scalar.text, at: node.range)
    }

    /// A yes-or-no value; source: CodeBuild guide, which writes `yes`, `no` and `false`.
    mutating func flag(_ node: Node?, _ place: String) -> Bool {
        guard let value = text(node, place) else { return false }
        switch value.value.lowercased() {
        case "yes", "true", "on", "y": return true
        case "no", "false", "off", "n": return false
        default:
            let isVariable = value.value.hasPrefix("$")
            report(
                value.value.contains("|") ? .templateText : isVariable ? .unusualValue : .badValue,
                "'\(place)' must be yes or no, not '\(value.value.clipped)'; it counts as no",
                at: value.range,
                severity: value.value.contains("|") || isVariable ? .warning : unknownSeverity
            )
            return false
        }
    }

    /// The texts of a list; empty items and items that are no text are reported.
    mutating func texts(
        _ node: Node?,
        _ place: String,
        acceptsOne: Bool = false
    ) -> [Located<String>] {
        guard let node, !node.isNull else { return [] }
        if let scalar = node.scalar {
            if !acceptsOne {
                report(
                    .wrongType,
                    "'\(place)' must be a list; write '- \(scalar.text.clipped)' under it",
                    at: node.range
                )
            }
            return [Located(scalar.text, at: node.range)]
        }
        guard let items = node.items else {
            report(.wrongType, "'\(place)' must be a list, not a mapping", at: node.range)
            return []
        }
        return items.compactMap { item in
            if item.isNull {
                report(.nullSection, "an item of '\(place)' is empty; remove it", at: item.range)
                return nil
            }
            return text(item, "an item of \(place)")
        }
    }

    /// One of a few words, by the key table; reports others with the nearest of them.
    mutating func choice(_ node: Node?, _ row: KeyRow?, _ place: String) -> Located<String>? {
        guard let value = text(node, place), let row else { return nil }
        guard case .choice(let words, let ignoringCase, let isOpen) = row.kind else { return value }
        let match = words.first {
            $0 == value.value || ignoringCase && $0.lowercased() == value.value.lowercased()
        }
        if let match { return Located(match, at: value.range) }
        guard !value.value.contains("$") else { return value }
        let program = value.value.split { $0 == "/" || $0 == " " }.last.map(String.init)
        let isPathOfWord = value.value.contains("/") && program.map(words.contains) ?? false
        let nearest =
            isPathOfWord ? nil : Suggestion.nearest(to: value.value, in: words)
        let remedy =
            isPathOfWord
            ? "write '\(program ?? "")'"
            : nearest.map { "did you mean '\($0)'?" } ?? "it can be \(words.listed)"
        let isTemplate = value.value.contains("|")
        report(
            isTemplate ? .templateText : isOpen ? .unusualValue : .badValue,
            "'\(value.value.clipped)' is no value of '\(place)' that CodeBuild names; \(remedy)",
            at: value.range,
            severity: isTemplate || isOpen ? .warning : unknownSeverity
        )
        return isOpen ? value : nil
    }
}

extension [String] {
    /// The words in single quotes, the last one joined by 'or'.
    var listed: String {
        let quoted = map { "'\($0)'" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}
