internal import BuildspecFiles

/// Whose entries are accepted.
///
/// A policy says it of each key and scope. It is a value: where it is written, and how, is the
/// caller's business.
public struct CachePolicy: Sendable, Equatable {
    /// A key whose signatures are accepted.
    public struct TrustedKey: Sendable, Equatable {
        /// What people call it.
        public var name: String
        /// The key.
        public var key: PublicKey
        /// The scopes it may sign for: globs, in which `*` stands for any text.
        public var scopes: [String]
        /// The last second, since 1970, at which its signatures are accepted; `nil` is for ever.
        public var notAfter: Int64?

        /// Creates a trusted key.
        public init(name: String, key: PublicKey, scopes: [String], notAfter: Int64? = nil) {
            self.name = name
            self.key = key
            self.scopes = scopes
            self.notAfter = notAfter
        }
    }

    /// The keys.
    public var keys: [TrustedKey]
    /// Whether entries without a signature are refused.
    public var requiresSigned: Bool
    /// The scopes of which unsigned entries are accepted nevertheless: globs.
    public var unsignedScopes: [String]
    /// How old, in seconds, a signed entry may be; `nil` is no limit.
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

    /// The key of an id.
    public func key(id: String) -> TrustedKey? { keys.first { $0.key.id == id } }

    func acceptsUnsigned(in scope: String) -> Bool {
        !requiresSigned || CachePolicy.matches(unsignedScopes, scope)
    }

    /// Why a key's signature does not count for an entry, whoever made it; `nil` when it does.
    ///
    /// - Parameters:
    ///   - id: the key's id.
    ///   - scope: the entry's scope.
    ///   - saved: when the entry says that it was saved, in seconds since 1970.
    ///   - now: when it is to be used, likewise.
    /// - Returns: the reason in a few words.
    func objection(toSigner id: String, scope: String, saved: Int64, now: Int64) -> String? {
        guard let trusted = key(id: id) else {
            return "its key \(id.prefix(16)) is not in the policy"
        }
        guard CachePolicy.matches(trusted.scopes, scope) else {
            return "the key '\(trusted.name)' may not sign for the scope '\(scope)'"
        }
        if let end = trusted.notAfter, now > end {
            return "the key '\(trusted.name)' has expired"
        }
        guard let maximumAge else { return nil }
        if now.subtractingClamped(saved) > maximumAge {
            return "it is older than the policy allows"
        }
        // What lies in the future would never grow old.
        if saved.subtractingClamped(now) > CachePolicy.clockDifference {
            return "it was saved in the future, says the key '\(trusted.name)'"
        }
        return nil
    }

    /// How far the clocks of two machines may differ, in seconds.
    private static let clockDifference: Int64 = 3_600

    static func matches(_ globs: [String], _ scope: String) -> Bool {
        globs.contains { WholeGlob($0).matches(scope) }
    }
}
