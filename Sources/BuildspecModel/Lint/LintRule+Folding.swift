extension LintRule {
    /// Rules about lines that YAML joins.
    static let foldingRules = [
        LintRule(name: .backslashFold, check: backslashFold),
        LintRule(name: .foldedItem, check: foldedItem),
        LintRule(name: .foldedHeredoc, check: foldedHeredoc),
        LintRule(name: .foldedScript, check: foldedScript),
        LintRule(name: .openHeredoc, check: openHeredoc),
        LintRule(name: .trailingBackslash, check: trailingBackslash),
    ]

    /// Finds a `\` at the end of a line that YAML joins to the next, which escapes a space.
    private static func backslashFold(_ context: RuleContext) -> [Finding] {
        context.sites.compactMap { site in
            guard site.style != .doubleQuoted,
                let index = site.joinedLines.first(where: { site.rawLines[$0].endsInBackslash })
            else { return nil }
            return Finding(
                range: site.range(ofRawLine: index),
                message:
                    "YAML joins the lines of this command, so the '\\' at the end escapes a space and"
                    + " the next word begins with that space; write the command as a '- |' block",
                codeBuild: "passes '\\ ' to the shell, an escaped space"
            )
        }
    }

    /// Finds a `- ` at the start of a continuation line: the item belongs to the command above.
    private static func foldedItem(_ context: RuleContext) -> [Finding] {
        context.sites.flatMap { site -> [Finding] in
            guard site.isFolded, site.style == .plain else { return [] }
            return site.rawLines.indices.dropFirst().compactMap { index in
                guard site.rawLines[index].trimmed.hasPrefix("- ") else { return nil }
                return Finding(
                    range: site.range(ofRawLine: index),
                    message: "this line begins with '- ' but belongs to the command above (line"
                        + " \(site.range.start.line)), because it is indented deeper; indent it like"
                        + " the '- ' above",
                    codeBuild: "runs one command with ' - ' in it"
                )
            }
        }
    }

    /// Finds a heredoc whose lines YAML joins, so that its end is never found.
    private static func foldedHeredoc(_ context: RuleContext) -> [Finding] {
        context.commands.compactMap { site, scan in
            guard site.isFolded, let heredoc = openHeredoc(in: site, scan) else { return nil }
            return Finding(
                range: site.range,
                message:
                    "YAML joins the lines of this heredoc, so its end '\(heredoc.delimiter.clipped)'"
                    + " is never found; write the command as a '- |' block"
            )
        }
    }

    /// Finds statements on separate lines in a text that YAML joins into one line.
    private static func foldedScript(_ context: RuleContext) -> [Finding] {
        context.commands.compactMap { site, scan in
            guard site.isFolded, scan.heredocs.isEmpty else { return nil }
            let lines = site.linesWithoutQuotes
            for index in site.joinedLines {
                let isIndentedMore =
                    site.indent(ofRawLine: index + 1) > site.indent(ofRawLine: index)
                guard !isIndentedMore,
                    joinsStatements(lines[index], lines[index + 1]),
                    ShellScan(lines[...index].joined(separator: "\n")).openQuote == nil
                else { continue }
                return Finding(
                    range: site.range(ofRawLine: index + 1),
                    message:
                        "YAML joins this line to the one above, so its words become arguments of"
                        + " that command; end the line above with ';' or '&&', or write a '- |' block"
                )
            }
            return nil
        }
    }

    /// Words that begin a statement and are rarely arguments.
    private static let starters: Set<Substring> = [
        "cd", "export", "if", "for", "while", "until", "fi", "done", "echo", "mkdir", "set",
        "source",
    ]

    private static func joinsStatements(_ above: String, _ below: String) -> Bool {
        let joiners = [";", "&&", "||", "|", "\\", "{", "(", "&", "`"]
        let words = ["then", "do", "else", "in", "time", "sudo", "exec", "env", "elif"]
        let end = above.trimmed
        guard !end.isEmpty, !joiners.contains(where: { end.hasSuffix($0) }),
            !words.contains(where: { end == $0 || end.hasSuffix(" " + $0) }),
            let first = below.trimmed.split(separator: " ").first
        else { return false }
        return starters.contains(first) || isCompleteChange(end) && !continuesCommand(first)
    }

    /// Returns whether a line ends with `cd directory`, which takes no further argument.
    private static func isCompleteChange(_ line: String) -> Bool {
        guard let last = ShellScan(line).commands.last, last.words.count == 2, last.words[0] == "cd"
        else { return false }
        return !last.words[1].hasPrefix("-") && !last.words[1].contains { "(`".contains($0) }
    }

    /// Returns whether a word continues the command before: an operator, a redirection, a comment.
    private static func continuesCommand(_ word: Substring) -> Bool {
        let rest = word.drop { ("0"..."9").contains($0) }
        return rest.first.map { "&|;<>()}#".contains($0) } ?? false
    }

    /// Finds a heredoc whose end is not alone on a line.
    private static func openHeredoc(_ context: RuleContext) -> [Finding] {
        context.commands.compactMap { site, scan in
            guard !site.isFolded, let open = openHeredoc(in: site, scan) else { return nil }
            return Finding(
                range: site.range(ofTextLine: open.line),
                message:
                    "the end '\(open.delimiter.clipped)' of this heredoc is not alone on a line;"
                    + " the lines after it become part of the heredoc",
                codeBuild: "reports success but loses the directory and variables that the item set"
            )
        }
    }

    private static func openHeredoc(
        in site: CommandSite,
        _ scan: ShellScan
    ) -> (delimiter: String, line: Int)? {
        guard !scan.heredocs.isEmpty else { return nil }
        // The last line that consists of each delimiter only.
        var ends: [Substring: Int] = [:]
        let lines = site.text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() { ends[line.drop { $0 == "\t" }] = index }
        return scan.heredocs.first { ends[Substring($0.delimiter)] ?? -1 <= $0.line }
    }

    /// Finds a `\` at the end of a command, which joins the line that saves the shell's state.
    private static func trailingBackslash(_ context: RuleContext) -> [Finding] {
        context.sites.compactMap { site in
            guard site.text.endsInBackslash else { return nil }
            let last = site.rawLines.lastIndex { !$0.trimmed.isEmpty } ?? 0
            return Finding(
                range: site.range(ofRawLine: last),
                message:
                    "the command ends with '\\', which joins it to the next line; remove the '\\'",
                codeBuild: "joins its own next line to the command"
            )
        }
    }
}

extension String {
    /// Whether the text ends, apart from line breaks, with a backslash that is not escaped.
    var endsInBackslash: Bool {
        var bytes = utf8[...]
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        var count = 0
        while bytes.popLast() == UInt8(ascii: "\\") { count += 1 }
        return count % 2 == 1
    }
}

extension CommandSite {
    /// The lines in the file without the quotes around a scalar and YAML's escapes of quotes.
    fileprivate var linesWithoutQuotes: [String] {
        guard style == .singleQuoted || style == .doubleQuoted else { return rawLines }
        let quote = style == .singleQuoted ? "'" : "\""
        var lines = rawLines
        if lines[0].hasPrefix(quote) { lines[0].removeFirst() }
        if lines[lines.count - 1].hasSuffix(quote) { lines[lines.count - 1].removeLast() }
        return lines.map { line in
            style == .singleQuoted
                ? line.replacing("''", with: "'") : line.replacing("\\\"", with: "\"")
        }
    }
}
