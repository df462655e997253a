internal import BuildspecFiles

/// The decision of a policy on an entry.
public enum EntryTrust: Sendable, Equatable {
    /// No policy with keys exists, so no signature was checked.
    case unchecked
    /// The entry is not signed, and the policy accepts that.
    case unsigned
    /// This key of the policy signed the entry.
    case verified(key: String)
    /// The entry must not be used; the text says why in a few words.
    case refused(String)
}

/// The origin of a restored entry: its writer, and its signature.
public struct EntryOrigin: Sendable, Equatable {
    /// The scope in which the entry was found.
    public var scope: String
    /// Whether that is the requested scope, not one that may only be read.
    public var isOwnScope: Bool
    /// The key; `nil` for a default entry.
    public var key: String?
    /// The digest that identifies the path set: 64 hexadecimal digits.
    public var version: String
    /// The SHA-256 of the manifest.
    public var manifest: String
    /// The time of the save, in seconds since 1970.
    public var saved: Int64
    /// The name that the saving machine gave itself.
    public var writer: String
    /// The id of the signing key that the record names; `nil` without a signature.
    public var signer: String?
    /// The decision of the policy.
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
    /// Decides on a record.
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
            return .refused("its signature does not match the key that it names")
        }
        return .verified(key: trusted.name)
    }

    /// Decides, by today's policy, on an entry that was used at a time, in seconds since 1970.
    ///
    /// A signature that was not checked at that time is not accepted.
    public func trust(in origin: EntryOrigin, usedAt time: Int64) -> EntryTrust {
        guard let signer = origin.signer else {
            return acceptsUnsigned(in: origin.scope) ? .unsigned : .refused("it is not signed")
        }
        if keys.isEmpty, !requiresSigned { return .unchecked }
        let (scope, saved) = (origin.scope, origin.saved)
        if let objection = objection(toSigner: signer, scope: scope, saved: saved, now: time) {
            return .refused(objection)
        }
        guard case .verified = origin.trust, let trusted = key(id: signer) else {
            return .refused("its signature was not checked at that time")
        }
        return .verified(key: trusted.name)
    }
}
