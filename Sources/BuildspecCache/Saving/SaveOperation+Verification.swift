extension SaveOperation {
    /// The note on an entry of the key that exists already and is not signed by the key of this
    /// save.
    func signatureNotes(_ record: KeyRecord) -> [String] {
        guard let key = settings.signingKey, record.signature?.isValid(for: key.publicKey) != true
        else { return [] }
        if case .verified = settings.policyEnforcer?.policy.trust(in: record) { return [] }
        return [
            "\(record.title) is stored already and is not signed by this key; a save with "
                + "'--require-signed' and a cache policy replaces it"
        ]
    }

    /// Removes the packs that do not hold what the parent's manifest says.
    ///
    /// A save that used an unverified blob would store the content of another writer under its own
    /// name and signature. The signature of the parent's record does not count, because its signer
    /// can have been deceived in the same way.
    ///
    /// - Parameter parent: The parent, with the packs that are worth reuse.
    /// - Returns: The parent with its verified packs, and with a note if its manifest is not
    ///   correct.
    func verified(_ parent: ParentEntry?) async -> ParentEntry? {
        guard var parent, !parent.packs.isEmpty else { return parent }
        let verdicts = settings.verifiedManifests
        guard verdicts?.isCorrect(parent.digest) != true else { return parent }
        let result = await settings.verification(reader).verify(parent.packs, of: parent.manifest)
        if let mismatch = result.mismatch {
            verdicts?.add(parent.digest, isCorrect: false)
            parent.notes.append(
                "this save does not use the wrong contents of \(parent.title): \(mismatch.damage)"
            )
        } else if result.verified.count == parent.manifest.packs.count {
            verdicts?.add(parent.digest, isCorrect: true)
        }
        parent.packs = result.verified
        return parent
    }
}
