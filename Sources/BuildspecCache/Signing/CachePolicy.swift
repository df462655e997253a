internal import BuildspecFiles

/// The keys and scopes whose entries a cache accepts.
///
/// The policy is a value; the caller decides where and how it is written.
public struct CachePolicy: Sendable, Equatable {
    /// A key whose signatures are accepted.
    public struct TrustedKey: Sendable, Equatable {
        /// The name of the key, for messages.
        public var name: String
        /// The key.
        public var key: PublicKey
        /// The scopes that the key may sign for: globs, in which `*` stands for any text.
        public var scopes: [String]
        /// The last second, since 1970, at which the key's signatures are accepted; `nil` is no
        /// end.
        public var notAfter: Int64?

        /// Creates a trusted key.
        public init(name: String, key: PublicKey, scopes: [String], notAfter: Int64? = nil) {
            self.name = name
            self.key = key
            self.scopes = scopes
            self.notAfter = notAfter
        }
    }

    /// The trusted keys.
    public var keys: [TrustedKey]
    /// Whether entries without a signature are refused.
    public var requiresSigned: Bool
    /// The scopes whose unsigned entries are accepted nevertheless: globs.
    public var unsignedScopes: [String]
    /// The largest accepted age of a signed entry, in seconds; `nil` is no limit.
    public var maximumAge: Int64?

    /// Creates a policy.
    public init(
        keys: [TrustedKey],
        requiresSigned: Bool,
        unsignedScopes: [String] = [],
        maximumAge: Int64? = nil
    ) {
        self.keys = keys
        self.requiresSigned = requiresSigned
        self.unsignedScopes = unsignedScopes
        self.maximumAge = maximumAge
    }

    /// Finds the trusted key with an id.
    public func key(id: String) -> TrustedKey? { keys.first { $0.key.id == id } }

    func acceptsUnsigned(in scope: String) -> Bool {
        !requiresSigned || CachePolicy.matches(unsignedScopes, scope)
    }

    /// Returns in a few words why a key may not sign an entry, with times in seconds since 1970.
    ///
    /// The signature itself is not checked; `nil` means that the key may sign.
    func objection(toSigner id: String, scope: String, saved: Int64, now: Int64) -> String? {
        guard let trusted = key(id: id) else {
            return "its key \(id.prefix(16)) is not in the policy"
        }
        guard CachePolicy.matches(trusted.scopes, scope) else {
            return "the key '\(trusted.name)' may not sign for the scope '\(scope)'"
        }
        if let end = trusted.notAfter, now > end { return "the key '\(trusted.name)' has expired" }
        guard let maximumAge else { return nil }
        if now.subtractingClamped(saved) > maximumAge {
            return "it is older than the policy allows"
        }
        // An entry from the future would stay below the maximum age for too long.
        if saved.subtractingClamped(now) > CachePolicy.clockDifference {
            return "it was saved in the future, according to the key '\(trusted.name)'"
        }
        return nil
    }

    /// The accepted difference between the clocks of two machines, in seconds.
    private static let clockDifference: Int64 = 3_600

    static func matches(_ globs: [String], _ scope: String) -> Bool {
        globs.contains { WholeGlob($0).matches(scope) }
    }
}
