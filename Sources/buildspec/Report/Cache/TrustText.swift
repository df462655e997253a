internal import BuildspecCache
internal import BuildspecModel

/// The trust in an entry, as text and as JSON.
enum TrustText {
    /// The decision of the policy as a sentence.
    static func sentence(_ trust: EntryTrust) -> String {
        switch trust {
        case .unchecked: "not checked: there is no policy"
        case .unsigned: "accepted: not signed, which the policy allows"
        case .verified(let key): "accepted: signed by '\(key)'"
        case .refused(let reason): "refused: \(reason)"
        }
    }

    /// The signer for a cell of a table.
    static func cell(_ trust: EntryTrust, signer: String?) -> String {
        switch trust {
        case .verified(let key): key
        case .refused: "refused"
        case .unchecked, .unsigned: signer.map { "\($0.prefix(16))" } ?? "-"
        }
    }

    /// The key that an entry names, with the key's name in the policy.
    static func signer(_ origin: EntryOrigin) -> String {
        guard let id = origin.signer else { return "-" }
        guard case .verified(let name) = origin.trust else { return id }
        return "\(name), \(id)"
    }

    /// Makes the object of a decision: `{"state": "verified", "key": …}`.
    static func json(_ trust: EntryTrust) -> JSONText {
        switch trust {
        case .unchecked: .object([("state", .string("unchecked"))])
        case .unsigned: .object([("state", .string("unsigned"))])
        case .verified(let key):
            .object([("state", .string("verified")), ("key", .string(key))])
        case .refused(let reason):
            .object([("state", .string("refused")), ("reason", .string(reason))])
        }
    }

    /// Makes the members about the origin of an entry.
    static func members(_ origin: EntryOrigin) -> [(String, JSONText)] {
        [
            ("scope", .string(origin.scope)), ("ownScope", .bool(origin.isOwnScope)),
            ("manifest", .string(origin.manifest)), ("saved", .number("\(origin.saved)")),
            ("writer", .string(origin.writer)),
            ("signer", origin.signer.map(JSONText.string) ?? .null),
            ("trust", json(origin.trust)),
        ]
    }
}
