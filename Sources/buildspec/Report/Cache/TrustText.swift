internal import BuildspecCache
internal import BuildspecModel

/// Who vouches for an entry, in words and for programs.
enum TrustText {
    /// What a policy made of an entry.
    static func words(_ trust: EntryTrust) -> String {
        switch trust {
        case .unchecked: "not checked: there is no policy"
        case .unsigned: "accepted: not signed, which the policy allows"
        case .verified(let key): "accepted: signed by '\(key)'"
        case .refused(let reason): "refused: \(reason)"
        }
    }

    /// Who signed, in one word for a table.
    static func word(_ trust: EntryTrust, signer: String?) -> String {
        switch trust {
        case .verified(let key): key
        case .refused: "refused"
        case .unchecked, .unsigned: signer.map { "\($0.prefix(16))" } ?? "-"
        }
    }

    /// The key that an entry names, with what the policy calls it.
    static func signer(_ origin: EntryOrigin) -> String {
        guard let id = origin.signer else { return "-" }
        guard case .verified(let name) = origin.trust else { return id }
        return "\(name), \(id)"
    }

    /// `{"state": "verified", "key": …}`.
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

    /// Where an entry came from, as members of an object.
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
