internal import BuildspecFiles

extension BuildCache {
    /// Returns a copy that accepts only entries that `policy` accepts.
    ///
    /// A refused entry is a miss with a note in every restore and save, and an error in an export.
    public func trusting(_ policy: CachePolicy) -> BuildCache {
        changed { $0.policyEnforcer = PolicyEnforcer(policy) }
    }

    /// Returns a copy that signs saved entries with `key`.
    public func signing(with key: SigningKey) -> BuildCache { changed { $0.signingKey = key } }

    /// Returns a copy that never writes to its store; of two stores, the local one is still filled
    /// from the shared one.
    public func readOnly() -> BuildCache {
        changed { settings in
            settings.isReadOnly = true
            settings.stores = settings.stores.readOnly()
        }
    }

    /// Whether the cache never saves.
    public var isReadOnly: Bool { settings.isReadOnly }

    /// Throws if the cache is read-only.
    func requireWritable() throws(CacheError) {
        guard isReadOnly else { return }
        throw CacheError(
            .store,
            "cannot change the store: the cache is read-only; leave out '--cache-read-only' (or "
                + "BUILDSPEC_CACHE_READ_ONLY)"
        )
    }

    /// The policy that accepts or refuses entries; `nil` accepts every entry.
    public var policy: CachePolicy? { settings.policyEnforcer?.policy }

    /// Returns in a few words why this cache may not save an entry of `scope`; `nil` if it may.
    ///
    /// An entry that this cache would refuse is not saved, because it would replace a usable one.
    public func reasonNotToSave(in scope: String) -> String? {
        if isReadOnly { return "the cache is read-only" }
        guard let policy else { return nil }
        if policy.keys.isEmpty, !policy.requiresSigned { return nil }
        guard let key = settings.signingKey?.publicKey else {
            return policy.acceptsUnsigned(in: scope)
                ? nil
                : "the policy requires signed entries for '\(scope)', and there is no signing key"
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
