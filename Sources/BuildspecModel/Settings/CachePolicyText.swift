/// A cache policy as written: the signers whose cache entries a repository accepts.
///
/// ```yaml
/// version: 1
/// require-signed: true
/// max-age: 30d
/// unsigned-scopes: [pr-*]
/// keys:
///   - name: main-ci
///     key: ed25519:…
///     scopes: [main, release-*]
///     not-after: 2027-06-30
/// ```
///
/// The values are texts with their positions. The code that uses the policy checks whether a key, a
/// duration or a day is valid, and reports an error at the position.
public struct CachePolicyText: Sendable, Equatable {
    /// A key whose signatures are accepted.
    public struct Key: Sendable, Equatable {
        /// The name of the key.
        public var name: Located<String>
        /// The public key.
        public var key: Located<String>
        /// Globs of the scopes that the key can sign for.
        public var scopes: [Located<String>]
        /// The last day on which signatures of the key are accepted.
        public var notAfter: Located<String>?
    }

    /// Whether unsigned entries are refused.
    public var requireSigned = false
    /// Globs of the scopes whose unsigned entries are accepted nevertheless.
    public var unsignedScopes: [Located<String>] = []
    /// The largest age of a signed entry, a duration.
    public var maximumAge: Located<String>?
    /// The keys whose signatures are accepted.
    public var keys: [Key] = []

    /// Parses a policy.
    ///
    /// This never throws. A policy decides about trust, so a warning in a buildspec is an error here.
    ///
    /// - Parameter text: The bytes of the file: UTF-8, or UTF-16 with a byte order mark.
    /// - Returns: The policy, or `nil` with at least one diagnostic.
    public static func parse(
        _ text: [UInt8]
    ) -> (policy: CachePolicyText?, diagnostics: [Diagnostic]) {
        let limits = YAMLLimits(bytes: 1 << 18, depth: 8, aliasNodes: 1_000)
        guard text.count <= limits.bytes else {
            let message =
                "the file has \(text.count) bytes, more than the \(limits.bytes) of a cache policy"
            return (nil, [Diagnostic(.tooLarge, message, at: .start)])
        }
        let source = SourceText(text)
        let outcome = Composer.compose(text, source: source, limits: limits)
        var findings = outcome.diagnostics
        if let problem = outcome.problem {
            findings.append(SyntaxReport(problem, bytes: text, source: source).diagnostic)
        }
        var policy: CachePolicyText?
        if let root = outcome.root, outcome.isComplete {
            var reader = CachePolicyReader(source)
            policy = reader.read(root)
            findings += reader.diagnostics
        } else if findings.isEmpty {
            let message = "the cache policy is empty; begin with 'version: 1'"
            findings.append(Diagnostic(.emptyDocument, message, at: .start))
        }
        let errors = findings.map(\.strict).inTextOrder
        return (errors.isEmpty ? policy : nil, errors)
    }
}
