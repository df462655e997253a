internal import BuildspecFiles

/// What a policy makes of an entry.
public enum EntryTrust: Sendable, Equatable {
    /// There is no policy with keys, so nobody looked at a signature.
    case unchecked
    /// It is not signed, and the policy lets that pass.
    case unsigned
    /// It is signed by this key of the policy.
    case verified(key: String)
    /// It must not be used; the text says why in a few words.
    case refused(String)
}

/// Where a restored entry came from: who wrote it, and who vouches for it.
public struct EntryOrigin: Sendable, Equatable {
    /// The scope that it was found in.
    public var scope: String
    /// Whether that is the scope that was asked for, and not one that may only be read.
    public var isOwnScope: Bool
    /// Its key; `nil` for a keyless entry.
    public var key: String?
    /// What identifies its path set: 64 hexadecimal digits.
    public var version: String
    /// The SHA-256 of its manifest.
    public var manifest: String
    /// When it was saved, in seconds since 1970.
    public var saved: Int64
    /// The machine that saved it, by its own words.
    public var writer: String
    /// The id of the key that it says it is signed by; `nil` without a signature.
    public var signer: String?
    /// What the policy made of it.
    public var trust: EntryTrust

    /// Creates an origin.
    public init(
        scope: String,
        isOwnScope: Bool = true,
        key: String?,
        version: String,
        manifest: String,
        saved: Int64,
        writer: String,
        signer: String? = nil,
        trust: EntryTrust = .unchecked
    ) {
        self.scope = scope
        self.isOwnScope = isOwnScope
        self.key = key
        self.version = version
        self.manifest = manifest
        self.saved = saved
        self.writer = writer
        self.signer = signer
        self.trust = trust
    }

    init(_ record: KeyRecord, ownScope: String, trust: EntryTrust) {
        self.init(
            scope: record.scope,
            isOwnScope: record.scope == ownScope,
            key: record.key,
            version: KeyRecord.version(ofPaths: record.paths).hex,
            manifest: record.manifest.hex,
            saved: record.saved / 1_000_000_000,
            writer: record.writer,
            signer: record.signature?.signer.hex,
            trust: trust
        )
    }
}

extension CachePolicy {
    /// What the policy makes of a record.
    func trust(in record: KeyRecord, now: Int64 = FileTime.now().seconds) -> EntryTrust {
        let scope = record.scope
        guard let signature = record.signature else {
            return acceptsUnsigned(in: scope) ? .unsigned : .refused("it is not signed")
        }
        // A policy without keys has nothing to say of signatures.
        if keys.isEmpty, !requiresSigned { return .unchecked }
        let id = signature.signer.hex
        let saved = record.saved / 1_000_000_000
        if let objection = objection(toSigner: id, scope: scope, saved: saved, now: now) {
            return .refused(objection)
        }
        guard let trusted = key(id: id), signature.isValid(for: trusted.key) else {
            return .refused("its signature is not that of the key it names")
        }
        return .verified(key: trusted.name)
    }

    /// What the policy would say today of an entry that was used earlier.
    ///
    /// - Parameters:
    ///   - origin: what was noted of it then.
    ///   - time: when it was used, in seconds since 1970.
    /// - Returns: the verdict; a signature that nobody checked then is not believed.
    public func trust(in origin: EntryOrigin, usedAt time: Int64) -> EntryTrust {
        guard let signer = origin.signer else {
            return acceptsUnsigned(in: origin.scope) ? .unsigned : .refused("it is not signed")
        }
        if keys.isEmpty, !requiresSigned { return .unchecked }
        let objection = objection(
            toSigner: signer,
            scope: origin.scope,
            saved: origin.saved,
            now: time
        )
        if let objection { return .refused(objection) }
        guard case .verified = origin.trust, let trusted = key(id: signer) else {
            return .refused("its signature was not checked then")
        }
        return .verified(key: trusted.name)
    }
}
