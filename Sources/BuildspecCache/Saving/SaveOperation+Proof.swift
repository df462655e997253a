extension SaveOperation {
    /// What to say when a save that signs finds its key taken by what somebody else has saved.
    func signatureNotes(_ record: KeyRecord) -> [String] {
        guard let key = settings.signingKey, record.signature?.isValid(for: key.publicKey) != true
        else { return [] }
        if case .verified = settings.policyEnforcer?.policy.trust(in: record) { return [] }
        return [
            "\(record.title) is stored already and is not signed by this key; a save with "
                + "'--require-signed' and a cache policy replaces it"
        ]
    }

    /// The entry to build upon with only those packs of which all is verified that its manifest says.
    ///
    /// A save that referred to an unproven content would store, under its own name and signature, what
    /// somebody else put there. Who signed the parent's record is not asked: a signer may have been
    /// deceived.
    ///
    /// - Parameter parent: the entry, with the packs that are worth referring to.
    /// - Returns: the entry, with a note if its manifest is false.
    func verified(_ parent: ParentEntry?) async -> ParentEntry? {
        guard var parent, !parent.packs.isEmpty else { return parent }
        let verdicts = settings.verifiedManifests
        guard verdicts?.isCorrect(parent.digest) != true else { return parent }
        let proof = await settings.verification(reader).verify(parent.packs, of: parent.manifest)
        if let found = proof.mismatch {
            verdicts?.add(parent.digest, isCorrect: false)
            parent.notes.append(
                "\(parent.title) is false and not built upon as far as that: \(found.damage)"
            )
        } else if proof.verified.count == parent.manifest.packs.count {
            verdicts?.add(parent.digest, isCorrect: true)
        }
        parent.packs = proof.verified
        return parent
    }
}
