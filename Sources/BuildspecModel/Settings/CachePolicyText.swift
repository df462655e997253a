/// A cache policy as it is written: whose cache entries a repository accepts.
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
/// Whether a key is one, a duration a duration and a day a day is for who uses the policy to say, at
/// the places that are kept here.
public struct CachePolicyText: Sendable, Equatable {
    /// A key whose signatures are accepted.
    public struct Key: Sendable, Equatable {
        /// What people call it.
        public var name: Located<String>
        /// The public key.
        public var key: Located<String>
        /// The scopes that it may sign for: globs.
        public var scopes: [Located<String>]
        /// The last day on which it counts.
        public var notAfter: Located<String>?
    }

    /// Whether unsigned entries are refused.
    public var requireSigned = false
    /// The scopes of which unsigned entries are accepted nevertheless: globs.
    public var unsignedScopes: [Located<String>] = []
    /// How old a signed entry may be: a duration.
    public var maximumAge: Located<String>?
    /// The keys.
    public var keys: [Key] = []

    /// Reads a policy.
    ///
    /// Reading never throws. What decides over trust is read strictly: whatever would be a warning in
    /// a buildspec is an error here.
    ///
    /// - Parameter text: the bytes of the file: UTF-8, or UTF-16 with a byte order mark.
    /// - Returns: the policy, or `nil` with at least one diagnostic.
    public static func parse(
        _ text: [UInt8]
    ) -> (policy: CachePolicyText?, diagnostics: [Diagnostic]) {
        let limits = YAMLLimits(bytes: 1 << 18, depth: 8, aliasNodes: 1_000)
        guard text.count <= limits.bytes else {
            let message =
                "the file has \(text.count) bytes, more than the \(limits.bytes) of a cache policy"
            return (nil, [CachePolicyReader.error(.tooLarge, message, at: .start)])
        }
        let source = SourceText(text)
        let outcome = Composer.compose(text, source: source, limits: limits)
        var found = outcome.diagnostics
        if let problem = outcome.problem {
            found.append(SyntaxReport(problem, bytes: text, source: source).diagnostic)
        }
        var policy: CachePolicyText?
        if let root = outcome.root, outcome.isComplete {
            var reader = CachePolicyReader(source)
            policy = reader.read(root)
            found += reader.diagnostics
        } else if found.isEmpty {
            let message = "the cache policy is empty; begin with 'version: 1'"
            found.append(CachePolicyReader.error(.emptyDocument, message, at: .start))
        }
        let errors = found.map(\.strict).inTextOrder
        return (errors.isEmpty ? policy : nil, errors)
    }
}
