/// Reads a configuration from its text, and reports problems.
struct ConfigurationReader {
    private(set) var configuration = Configuration()
    private(set) var diagnostics: [Diagnostic] = []
    let bucketOptions: [String]

    /// Reads a whole file; an empty file gives an empty configuration.
    mutating func read(_ text: [UInt8]) {
        let limits = YAMLLimits()
        guard text.count <= limits.bytes else {
            let message = "the file has more than \(limits.bytes) bytes; is it the right one?"
            return report(.tooLarge, message, at: .start)
        }
        let source = SourceText(text)
        let outcome = Composer.compose(text, source: source, limits: limits)
        diagnostics += outcome.diagnostics
        if let problem = outcome.problem {
            diagnostics.append(SyntaxReport(problem, bytes: text, source: source).diagnostic)
            return
        }
        guard let root = outcome.root, let top = mapping(root, "the file") else { return }
        for pair in top.pairs {
            switch pair.name {
            case "cache": readCache(pair.value)
            case "s3": readBuckets(pair.value)
            default: reportUnknown(pair, among: ["cache", "s3"], in: "at the top level")
            }
        }
    }

    private mutating func readCache(_ node: Node) {
        let known = ["place", "remote", "max-size", "max-age"]
        for pair in mapping(node, "'cache'")?.pairs ?? [] {
            let value = known.contains(pair.name) ? text(pair.value, "cache.\(pair.name)") : nil
            switch pair.name {
            case "place": configuration.cache = value
            case "remote": configuration.remote = value
            case "max-size": configuration.maxSize = value
            case "max-age": configuration.maxAge = value
            default: reportUnknown(pair, among: known, in: "in 'cache'")
            }
        }
    }

    private mutating func readBuckets(_ node: Node) {
        for pair in mapping(node, "'s3'")?.pairs ?? [] {
            guard pair.name == "buckets" else {
                readOption(pair, "s3", known: bucketOptions + ["buckets"]) {
                    $0.s3[pair.name] = $1
                }
                continue
            }
            for bucket in mapping(pair.value, "'s3.buckets'")?.pairs ?? [] {
                let keyPath = "s3.buckets.\(bucket.name.clipped)"
                for pair in mapping(bucket.value, "'\(keyPath)'")?.pairs ?? [] {
                    readOption(pair, keyPath, known: bucketOptions) {
                        $0.buckets[bucket.name, default: [:]][pair.name] = $1
                    }
                }
            }
        }
    }

    private mutating func readOption(
        _ pair: Mapping.Pair,
        _ keyPath: String,
        known: [String],
        _ set: (inout Configuration, Located<String>) -> Void
    ) {
        guard bucketOptions.contains(pair.name) else {
            return reportUnknown(pair, among: known, in: "in '\(keyPath)'")
        }
        guard let value = text(pair.value, "\(keyPath).\(pair.name)") else { return }
        set(&configuration, value)
    }

    /// Returns the text of a scalar; reports a null value, a list and a mapping.
    private mutating func text(_ node: Node, _ keyPath: String) -> Located<String>? {
        guard let scalar = node.scalar, !scalar.isNull, !scalar.text.isEmpty else {
            let kind = node.isNull || node.scalar != nil ? "nothing" : node.kind
            report(.wrongType, "'\(keyPath)' must be text, not \(kind)", at: node.range)
            return nil
        }
        return Located(scalar.text, at: node.range)
    }

    private mutating func mapping(_ node: Node, _ section: String) -> Mapping? {
        if node.isNull { return nil }
        if node.mapping == nil {
            report(.wrongType, "\(section) must be a mapping, not \(node.kind)", at: node.range)
        }
        return node.mapping
    }

    private mutating func reportUnknown(
        _ pair: Mapping.Pair,
        among known: [String],
        in section: String
    ) {
        let message = Suggestion.unknownKey(pair.name, in: known, at: section)
        report(.unknownKey, message, at: pair.keyRange)
    }

    /// Adds a finding, which `Configuration.parse` makes an error.
    private mutating func report(_ name: FindingName, _ message: String, at range: SourceRange) {
        diagnostics.append(Diagnostic(name, message, at: range))
    }
}
