extension Reader {
    /// Reads a list of commands; source: CodeBuild guide, build-spec-ref: phases/commands.
    ///
    /// Observed: a missing value is an empty list, and one text instead of the list is one command.
    mutating func readCommands(_ pair: Mapping.Pair?, _ keyPath: String) -> [Located<String>] {
        guard let pair, !pair.value.isNull else { return [] }
        switch pair.value.content {
        case .scalar(let scalar):
            report(
                .commandsText,
                "'\(keyPath)' is a text, not a list; write each command as an item, '- …'",
                at: pair.value.range,
                codeBuild: "seems to run it as one command, which is not documented"
            )
            return [Located(scalar.text, at: pair.value.range)]
        case .mapping:
            let message = "'\(keyPath)' must be a list; put '- ' before each command"
            report(.wrongType, message, at: pair.value.range)
            return []
        case .sequence(let items):
            return items.enumerated().compactMap { command($1, index: $0) }
        }
    }

    private mutating func command(_ item: Node, index: Int) -> Located<String>? {
        switch item.content {
        case .scalar(let scalar) where scalar.isNull && scalar.text.isEmpty:
            report(
                .emptyCommand,
                "this command is empty; remove the '-' or comment it out too",
                at: item.range,
                codeBuild: "seems to run an empty command"
            )
            return Located("", at: item.range)
        case .scalar(let scalar): return Located(scalar.text, at: item.range)
        case .mapping:
            report(
                .commandMapping,
                "this command reads as a mapping \(mappingCause(item)); \(requoted(item))",
                at: item.range,
                codeBuild: CodeBuildText.commandType(index: index, line: item.range.start.line)
            )
        case .sequence:
            report(
                .commandList,
                item.isFlow
                    ? "this command reads as a list because it begins with '['; \(requoted(item))"
                    : "this command is a list in a list; write one '-' per command, each in the same"
                        + " column",
                at: item.range,
                codeBuild:
                    "YAML_FILE_ERROR Message: Expected Commands[\(index)] to be of string type"
            )
        }
        return nil
    }

    private func mappingCause(_ item: Node) -> String {
        guard !item.isFlow else { return "because it begins with '{'" }
        guard let pair = item.mapping?.pairs.first else { return "" }
        let isColonAtEnd =
            pair.value.isNull && pair.value.range.start.line == pair.keyRange.end.line
        let position = pair.keyRange.end
        let sign = isColonAtEnd ? "':' at its end" : "': '"
        let inner = pair.name.contains("\"") || pair.name.contains("'")
        return "because of the \(sign) in column \(position.column)"
            + (inner ? " (quotes inside a command do not help)" : "")
    }

    /// Returns the remedy: quotes around a command on one line, a block for others.
    private func requoted(_ item: Node) -> String {
        let range = item.range
        let line = source.line(range.start.line).dropFirst(range.start.column - 1)
        let text = String(line).trimmed
        guard
            range.start.line == range.end.line || item.mapping?.pairs.first?.value.isNull ?? false,
            !item.isAlias, text.count <= 100
        else { return "write it as a '- |' block, or quote the whole command" }
        return "quote the whole command: - '\(text.replacing("'", with: "''"))'"
    }
}

extension StringProtocol {
    /// The text without leading and trailing spaces and tabs.
    var trimmed: String {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        var rest = Substring(self).utf8[...]
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(Substring(rest))
    }
}
