/// Reads a cache policy from its node tree, and reports problems.
struct CachePolicyReader {
    private var reader: Reader

    private static let topLevelKeys = [
        "version", "require-signed", "max-age", "unsigned-scopes", "keys",
    ]
    private static let keysOfSigningKey = ["name", "key", "scopes", "not-after"]

    init(_ source: SourceText) {
        reader = Reader(source: source, options: ParseOptions())
    }

    var diagnostics: [Diagnostic] { reader.diagnostics }

    mutating func read(_ root: Node) -> CachePolicyText {
        var policy = CachePolicyText()
        guard let top = root.mapping else {
            report(.wrongType, "a cache policy is a mapping, not \(root.kind)", at: root.range)
            return policy
        }
        checkKeys(of: top, CachePolicyReader.topLevelKeys, in: "a cache policy")
        readVersion(top, root)
        policy.requireSigned = flag(top.pair("require-signed"))
        policy.maximumAge = value(top.pair("max-age"))
        policy.unsignedScopes = texts(top.pair("unsigned-scopes"))
        policy.keys = readKeys(top.pair("keys"))
        if policy.requireSigned, policy.keys.isEmpty {
            let range = top.pair("require-signed")?.keyRange ?? root.range
            report(
                .missingKey,
                "'require-signed' without 'keys' refuses everything; 'buildspec cache keygen' makes "
                    + "a key",
                at: range
            )
        }
        return policy
    }

    private mutating func readVersion(_ top: Mapping, _ root: Node) {
        guard let pair = top.pair("version") else {
            let start = SourceRange(at: root.range.start)
            return report(.missingKey, "'version' is missing; begin with 'version: 1'", at: start)
        }
        guard let version = value(pair), version.value != "1" else { return }
        let message = "there is no cache policy version '\(version.value.clipped)'; write 1"
        report(.version, message, at: version.range)
    }

    private mutating func readKeys(_ pair: Mapping.Pair?) -> [CachePolicyText.Key] {
        guard let pair else { return [] }
        guard let items = pair.value.items else {
            let range = pair.value.isNull ? pair.keyRange : pair.value.range
            report(.wrongType, "'keys' must be a list, not \(pair.value.kind)", at: range)
            return []
        }
        let keys = items.compactMap { readKey($0) }
        for (index, key) in keys.enumerated() {
            let others = keys[..<index]
            if others.contains(where: { $0.name.value == key.name.value }) {
                let message = "two keys have the name '\(key.name.value.clipped)'"
                report(.badValue, message, at: key.name.range)
            }
            if others.contains(where: { $0.key.value == key.key.value }) {
                let message = "the same key occurs twice; list all its scopes in one entry"
                report(.badValue, message, at: key.key.range)
            }
        }
        return keys
    }

    private mutating func readKey(_ node: Node) -> CachePolicyText.Key? {
        guard let mapping = node.mapping else {
            let message = "a key is a mapping with 'name', 'key' and 'scopes', not \(node.kind)"
            report(.wrongType, message, at: node.range)
            return nil
        }
        checkKeys(of: mapping, CachePolicyReader.keysOfSigningKey, in: "a key")
        let name = value(mapping.pair("name"))
        let key = value(mapping.pair("key"))
        let scopes = texts(mapping.pair("scopes"))
        let notAfter = value(mapping.pair("not-after"))
        for required in ["name", "key", "scopes"] where mapping.pair(required) == nil {
            report(.missingKey, "the key needs '\(required)'", at: node.range)
        }
        guard let name, let key else { return nil }
        return CachePolicyText.Key(name: name, key: key, scopes: scopes, notAfter: notAfter)
    }

    /// Reads a text that must not be empty.
    private mutating func value(_ pair: Mapping.Pair?) -> Located<String>? {
        guard let pair else { return nil }
        guard !pair.value.isNull, pair.value.scalar?.text != "" else {
            report(.nullSection, "'\(pair.name)' has no value", at: pair.keyRange)
            return nil
        }
        return reader.text(pair.value, pair.name)
    }

    /// Reads one text or a list of texts, which must not be empty.
    private mutating func texts(_ pair: Mapping.Pair?) -> [Located<String>] {
        guard let pair else { return [] }
        let texts = reader.texts(pair.value, pair.name, acceptsOne: true)
        for text in texts where text.value.isEmpty {
            report(.badValue, "an item of '\(pair.name)' is empty", at: text.range)
        }
        if pair.value.isNull || pair.value.items?.isEmpty == true {
            report(.nullSection, "'\(pair.name)' has nothing under it", at: pair.keyRange)
        }
        return texts
    }

    /// Reads a flag, strictly: only `true`, `yes`, `false` and `no` are accepted.
    private mutating func flag(_ pair: Mapping.Pair?) -> Bool {
        guard let pair, let text = value(pair) else { return false }
        switch text.value {
        case "true", "yes": return true
        case "false", "no": return false
        default:
            let message = "'\(pair.name)' must be true or false, not '\(text.value.clipped)'"
            report(.badValue, message, at: text.range)
            return false
        }
    }

    private mutating func checkKeys(of mapping: Mapping, _ known: [String], in section: String) {
        for pair in mapping.pairs where !known.contains(pair.name) {
            let message = Suggestion.unknownKey(pair.name, in: known, at: "in \(section)")
            report(.unknownKey, message, at: pair.keyRange)
        }
    }

    private mutating func report(_ name: FindingName, _ message: String, at range: SourceRange) {
        reader.report(name, message, at: range, severity: .error)
    }
}
