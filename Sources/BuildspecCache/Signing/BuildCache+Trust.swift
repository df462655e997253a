internal import BuildspecFiles

extension BuildCache {
    /// The same cache, which accepts only what a policy accepts.
    ///
    /// What is refused is a miss with a note in every restore and save, and an error of an export.
    ///
    /// - Parameter policy: whose entries are accepted.
    /// - Returns: the cache.
    public func trusting(_ policy: CachePolicy) -> BuildCache {
        changed { $0.policyEnforcer = PolicyEnforcer(policy) }
    }

    /// The same cache, whose entries are signed.
    ///
    /// - Parameter key: the key that signs what is saved.
    /// - Returns: the cache.
    public func signing(with key: SigningKey) -> BuildCache {
        changed { $0.signingKey = key }
    }

    /// The same cache, which never writes to its store; of two stores the near one is still filled
    /// from the far one.
    public func readOnly() -> BuildCache {
        changed { settings in
            settings.isReadOnly = true
            if let tiers = settings.store as? TieredStore {
                settings.store = tiers.withReadOnlySharedStore()
            } else {
                settings.store = ReadOnlyStore(inner: settings.store)
            }
        }
    }

    /// Whether nothing is ever saved.
    public var isReadOnly: Bool { settings.isReadOnly }

    /// Refuses to change the store of a read-only cache.
    func requireWritable() throws(CacheError) {
        guard isReadOnly else { return }
        throw CacheError(
            .store,
            "the cache is read-only, so nothing is changed; leave out '--cache-read-only' (or "
                + "BUILDSPEC_CACHE_READ_ONLY)"
        )
    }

    /// The policy that decides what is accepted; `nil` accepts everything.
    public var policy: CachePolicy? { settings.policyEnforcer?.policy }

    /// Why nothing may be saved under a scope; `nil` when it may.
    ///
    /// What this cache itself would refuse to restore is not saved: it would only be in the way.
    ///
    /// - Parameter scope: the scope.
    /// - Returns: the reason in a few words.
    public func reasonNotToSave(in scope: String) -> String? {
        if isReadOnly { return "the cache is read-only" }
        guard let policy else { return nil }
        if policy.keys.isEmpty, !policy.requiresSigned { return nil }
        guard let key = settings.signingKey?.publicKey else {
            return policy.acceptsUnsigned(in: scope)
                ? nil : "the policy wants entries of '\(scope)' signed, and there is no signing key"
        }
        guard let trusted = policy.key(id: key.id) else {
            return "the signing key \(key.id.prefix(16)) is not in the policy"
        }
        let now = FileTime.now().seconds
        guard policy.objection(toSigner: key.id, scope: scope, saved: now, now: now) != nil else {
            return nil
        }
        return CachePolicy.matches(trusted.scopes, scope)
            ? "the signing key '\(trusted.name)' has expired"
            : "the signing key '\(trusted.name)' may not sign for the scope '\(scope)'"
    }
}
