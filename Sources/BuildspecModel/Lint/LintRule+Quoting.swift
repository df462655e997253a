extension LintRule {
    /// Rules about quotes, and about characters with a meaning in YAML.
    static let quotingRules = [
        LintRule(name: .commentCut, check: commentCut),
        LintRule(name: .anchorEaten, check: anchorEaten),
        LintRule(name: .unbalancedQuote, check: unbalancedQuote),
        LintRule(name: .typographicCharacter, check: typographicCharacter),
    ]

    /// Finds a ` #` that cuts a text: text follows the `#` directly, or a quote or bracket is open.
    ///
    /// In real files, other `# ` after a command are nearly always comments.
    private static func commentCut(_ context: RuleContext) -> [Finding] {
        var findings = context.commands.compactMap { site, scan -> Finding? in
            guard site.style == .plain, let comment = comment(after: site.range, context.source)
            else { return nil }
            let isCut = scan.openQuote != nil || site.text.hasOpenBracket || comment.isAttached
            return isCut ? cut(comment, kept: site.text) : nil
        }
        let env = context.root.mapping?["env"]?.mapping
        for variable in env?["variables"]?.mapping?.pairs ?? []
        where variable.value.scalar?.style == .plain {
            guard let comment = comment(after: variable.value.range, context.source),
                comment.isAttached
            else { continue }
            findings.append(cut(comment, kept: variable.value.scalar?.text ?? ""))
        }
        return findings
    }

    private static func cut(_ comment: Comment, kept: String) -> Finding {
        Finding(
            range: comment.range,
            message: "YAML reads '\(comment.text.clipped)' as a comment, so only"
                + " '\(kept.clipped)' is left; quote the whole text if the '#' belongs to it",
            codeBuild: "reads the text up to the ' #'"
        )
    }

    private struct Comment {
        var text: String
        var range: SourceRange

        /// Whether text follows the `#` directly, as in `#channel`.
        var isAttached: Bool {
            guard let next = text.dropFirst().first else { return false }
            return next != " " && next != "#" && next != "!" && next != "\t"
        }
    }

    private static func comment(after range: SourceRange, _ source: SourceText) -> Comment? {
        let line = source.line(range.end.line).dropFirst(range.end.column - 1)
        let blanks = line.prefix { $0 == " " || $0 == "\t" }.count
        guard line.dropFirst(blanks).first == "#" else { return nil }
        let start = SourcePosition(line: range.end.line, column: range.end.column + blanks)
        return Comment(text: String(line.dropFirst(blanks)).trimmed, range: SourceRange(at: start))
    }

    /// Finds an `&name` before a command that no alias uses, which YAML drops.
    private static func anchorEaten(_ context: RuleContext) -> [Finding] {
        let phases = context.root.mapping?["phases"]?.mapping?.pairs ?? []
        let lists = phases.flatMap { phase in
            ["commands", "finally"].compactMap { phase.value.mapping?[$0]?.items }
        }
        return lists.joined().compactMap { item in
            guard let anchor = item.anchor, item.scalar != nil,
                !context.usedAnchors.contains(anchor)
            else { return nil }
            return Finding(
                range: item.range,
                message: "YAML reads '&\(anchor.clipped)' as an anchor and drops it: this reads"
                    + " '\((item.scalar?.text ?? "").clipped)'; quote the whole item",
                codeBuild: "runs the command without its first word"
            )
        }
    }

    /// Finds a quote that a shell would not find closed.
    private static func unbalancedQuote(_ context: RuleContext) -> [Finding] {
        guard !context.isWindows else { return [] }
        return context.commands.compactMap { site, scan in
            guard let open = scan.openQuote, scan.heredocs.isEmpty,
                comment(after: site.range, context.source) == nil
            else { return nil }
            return Finding(
                range: site.range(ofTextLine: open.line),
                message: "the shell finds no closing \(open.quote) for this command",
                codeBuild: "the command fails with exit status 2"
            )
        }
    }

    /// Finds typographic quotes, dashes and spaces, as word processors and web pages make them.
    private static func typographicCharacter(_ context: RuleContext) -> [Finding] {
        let suspects: [Character: String] = [
            "“": "\"", "”": "\"", "‘": "'", "’": "'", "–": "-", "—": "--", "\u{A0}": "a space",
            "\u{200B}": "nothing", "\u{FEFF}": "nothing",
        ]
        return context.sites.compactMap { site in
            guard !site.text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
            let code = site.text.split(separator: "\n").enumerated().first { line in
                !line.element.trimmed.hasPrefix("#")
                    && line.element.hasTypographicSign(among: suspects)
            }
            guard let code, let sign = code.element.first(where: { suspects[$0] != nil })
            else { return nil }
            let scalar = sign.unicodeScalars.first?.value ?? 0
            return Finding(
                range: site.range(ofTextLine: code.offset),
                message:
                    "this command contains '\(sign)' (U+\(String(scalar, radix: 16, uppercase: true))),"
                    + " perhaps from a web page, where a shell wants \(suspects[sign] ?? "")"
            )
        }
    }
}

extension StringProtocol {
    /// Returns whether a typographic character is where a shell would read it: at the edge of a word.
    fileprivate func hasTypographicSign(among suspects: [Character: String]) -> Bool {
        // In quoted text, such characters are prose; only those that could be syntax count.
        let words = split(separator: " ")
        return words.contains { word in
            guard let first = word.first else { return false }
            return suspects[first] != nil && word.count > 1 || word.contains("\u{A0}")
                || word.contains("\u{200B}")
        } && !contains("echo") && !contains("printf")
    }

    fileprivate var hasOpenBracket: Bool {
        let opened = count { $0 == "(" || $0 == "{" }
        return opened > count { $0 == ")" || $0 == "}" }
    }
}
