/// Builds the node tree of a text from libyaml's events.
///
/// The composer defines the YAML subset: one document of mappings, sequences and scalars; anchors and
/// aliases within a limit; `<<` as an extension. Scalars stay text. Composing never throws: a problem
/// becomes a diagnostic, and the tree before the problem is kept.
struct Composer {
    /// The result of composing.
    struct Outcome {
        /// The root; after a syntax error, the tree before the error.
        var root: Node?
        var diagnostics: [Diagnostic] = []
        var problem: YAMLProblem?
        /// Whether a limit ended the text early.
        var isOverLimit = false
        var usedAnchors: Set<String> = []

        var isComplete: Bool { problem == nil && !isOverLimit }
    }

    private var frames: [Frame] = []
    private var anchors: [String: Node] = [:]
    private var aliasNodes = 0
    private let source: SourceText
    private let limits: YAMLLimits
    private var outcome = Outcome()

    /// Composes the first document of a text.
    static func compose(_ bytes: [UInt8], source: SourceText, limits: YAMLLimits) -> Outcome {
        let outcome = EventStream.withEvents(of: bytes) { events in
            var composer = Composer(source: source, limits: limits)
            composer.run(events)
            return composer.outcome
        }
        return outcome ?? Outcome(problem: YAMLProblem(message: "out of memory"))
    }

    private mutating func run(_ events: borrowing EventStream) {
        do throws(YAMLProblem) {
            while try step(events.next()) {}
        } catch {
            outcome.problem = error
        }
        while let frame = frames.popLast() { add(frame.node(end: frame.lastEnd)) }
    }

    /// Handles one event; returns `false` at the end of the input.
    private mutating func step(_ event: YAMLEvent) -> Bool {
        checkTag(of: event)
        switch event.kind {
        case .streamStart, .documentEnd: break
        case .streamEnd: return false
        case .documentStart where outcome.root == nil: break
        case .documentStart:
            report(
                .secondDocument,
                "a second document begins here; the file must be one document, remove the '---'",
                at: event.range,
                codeBuild: "YAML_FILE_ERROR Message: wrong number of container tags, expected 1"
            )
            return false
        case .alias(let name): addAlias(name, at: event.range)
        case .scalar(let scalar): addScalar(scalar, event)
        case .sequenceStart(let isFlow): open(.sequence([]), isFlow: isFlow, event)
        case .mappingStart(let isFlow): open(.mapping([]), isFlow: isFlow, event)
        case .sequenceEnd, .mappingEnd: close(at: event.range)
        }
        return !outcome.isOverLimit
    }

    private mutating func open(_ content: Frame.Content, isFlow: Bool, _ event: YAMLEvent) {
        guard frames.count < limits.depth else {
            outcome.isOverLimit = true
            let message = "lists and mappings are nested more than \(limits.depth) levels deep"
            report(.tooDeep, message, at: event.range)
            return
        }
        let start = source.skippingProperties(from: event.range.start)
        frames.append(Frame(content: content, start: start, isFlow: isFlow, anchor: event.anchor))
    }

    private mutating func close(at range: SourceRange) {
        guard let frame = frames.popLast() else { return }
        add(frame.node(end: frame.isFlow ? range.end : frame.lastEnd))
    }

    private mutating func addScalar(_ scalar: Scalar, _ event: YAMLEvent) {
        let start = min(source.skippingProperties(from: event.range.start), event.range.end)
        let range = SourceRange(start: start, end: event.range.end)
        reportDroppedTag(scalar, from: event, contentStart: start)
        reportNUL(in: scalar, at: range)
        add(Node(content: .scalar(scalar), range: range, anchor: event.anchor))
    }

    private mutating func addAlias(_ name: String, at range: SourceRange) {
        guard var node = anchors[name] else {
            report(
                .undefinedAlias,
                "found undefined alias '\(name.clipped)'; nothing above is named '&\(name.clipped)',"
                    + " and a text that begins with '*' needs quotes",
                at: range,
                codeBuild: CodeBuildText.syntax("found undefined alias", line: range.start.line - 1)
            )
            let text = Scalar(text: "*\(name)", style: .singleQuoted)
            return add(Node(content: .scalar(text), range: range))
        }
        outcome.usedAnchors.insert(name)
        guard countAliasNodes(node.size, at: range) else { return }
        node.range = range
        node.isAlias = true
        node.anchor = nil
        add(node)
    }

    /// Adds a finished node to the innermost open collection, or sets the root.
    private mutating func add(_ node: Node) {
        if let anchor = node.anchor { anchors[anchor] = node }
        guard var frame = frames.popLast() else {
            outcome.root = outcome.root ?? node
            return
        }
        outcome.diagnostics += frame.add(node)
        if let merged = frame.popMerge() { merge(merged, into: &frame) }
        frames.append(frame)
    }

    private mutating func merge(_ pair: Mapping.Pair, into frame: inout Frame) {
        report(
            .mergeKey,
            "'<<' merges are an extension of this tool; write the keys out to be safe",
            at: pair.keyRange,
            codeBuild: "not documented; CodeBuild may read '<<' as the name of a key"
        )
        let sources = pair.value.items ?? [pair.value]
        for source in sources {
            guard let mapping = source.mapping else {
                report(
                    .mergeKey,
                    severity: .error,
                    "'<<' needs a mapping or a list of mappings, not \(source.kind)",
                    at: pair.value.range
                )
                continue
            }
            // An alias in the list was counted when it was added, but its copy was not.
            guard countAliasNodes(source.size, at: pair.keyRange) else { return }
            frame.merged.append(mapping)
        }
    }

    /// Counts nodes that aliases and merges add; reports an error above the limit.
    private mutating func countAliasNodes(_ nodes: Int, at range: SourceRange) -> Bool {
        aliasNodes += nodes
        guard aliasNodes > limits.aliasNodes else { return true }
        outcome.isOverLimit = true
        let message = "aliases expand to more than \(limits.aliasNodes) nodes; write the values out"
        report(.aliasLimit, message, at: range)
        return false
    }

    private mutating func checkTag(of event: YAMLEvent) {
        guard let tag = event.tag else { return }
        let isBareTag = tag == "!"
        if isBareTag, case .scalar = event.kind { return }
        report(
            .tag,
            isBareTag
                ? "a '!' before a list or a mapping is a YAML tag; remove it"
                : "'\(source.propertyText(at: event.range.start))' is a YAML tag, which is"
                    + " not allowed here; quote the text if it begins with '!'",
            at: event.range
        )
    }

    /// Warns if YAML reads a `!` at the start of a command as a tag and drops it: `! grep`.
    private mutating func reportDroppedTag(
        _ scalar: Scalar,
        from event: YAMLEvent,
        contentStart: SourcePosition
    ) {
        guard event.tag == nil || event.tag == "!" else { return }
        let property = source.propertyText(at: event.range.start)
        guard property.hasPrefix("!") else { return }
        report(
            .bangEaten,
            "YAML reads the '!' as a tag and drops it: this reads '\(scalar.text.clipped)';"
                + " quote the whole item or use a '|' block",
            at: SourceRange(start: event.range.start, end: contentStart),
            codeBuild: "runs the command without the negation"
        )
    }

    /// Rejects a NUL, because shells and system calls end the text there or leave it out.
    private mutating func reportNUL(in scalar: Scalar, at range: SourceRange) {
        guard scalar.text.utf8.contains(0) else { return }
        let location = source.nulEscape(in: range) ?? range
        report(
            .nulCharacter,
            "this text has a NUL character in it, which no command, variable or path can hold;"
                + " remove the '\(source.text(in: location).clipped)'",
            at: location
        )
    }

    private mutating func report(
        _ name: FindingName,
        severity: Diagnostic.Severity? = nil,
        _ message: String,
        at range: SourceRange,
        codeBuild: String? = nil
    ) {
        outcome.diagnostics.append(
            Diagnostic(name, message, at: range, severity: severity, codeBuild: codeBuild)
        )
    }
}
