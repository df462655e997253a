internal import BuildspecFiles
internal import BuildspecModel

/// The path of an artifact below its destination.
///
/// Source: CodeBuild API, ProjectArtifacts: `path`, `namespaceType` and `name`, in this order. For a key
/// `s3-prefix` the guide gives `<s3-prefix>/<build-id>/<name>.zip`. The build's id is its UUID here, because
/// the colon of a whole id is not allowed in every file name (choice).
struct ArtifactKey {
    /// The path; empty for the destination itself.
    let path: PathBytes

    /// Makes the key of an exported report group: its label, without names that lead elsewhere.
    init(ofReport label: String, isArchive: Bool) {
        let names = label.utf8.split(separator: slash).map(Array.init).filter {
            ![".", ".."].contains(String(decoding: $0, as: UTF8.self)) && !$0.contains(0)
        }
        let safe = names.isEmpty ? Array("report".utf8) : Array(names.joined(separator: [slash]))
        path = PathBytes(isArchive ? safe + Array(".zip".utf8) : safe)
    }

    /// Makes the key of an artifact.
    ///
    /// `evaluatedName` is the value of the buildspec's `name`.
    init(
        of set: ArtifactSet,
        _ identifier: String?,
        _ options: ArtifactOptions,
        evaluatedName: String?,
        _ identity: BuildIdentity
    ) throws(ArtifactSelection.Failure) {
        let isArchive = options.packaging == .zip
        var name = identifier == nil ? options.name : nil
        if options.overridesName { name = evaluatedName ?? name }
        var parts: [String] = []
        let prefix = options.includesBuildID ? set.s3Prefix : nil
        if let prefix { parts.append(prefix.value) }
        if options.includesBuildID { parts.append(identity.uuid) }
        let defaultName = identifier ?? (isArchive ? identity.project : "")
        var last = name ?? defaultName
        let wantsExtension = isArchive && (name == nil || prefix != nil)
        if wantsExtension, !last.hasSuffix(".zip") { last += ".zip" }
        parts.append(last)
        let names = parts.flatMap { $0.utf8.split(separator: slash).map(Array.init) }
        let isUnsafe = names.contains {
            [".", ".."].contains(String(decoding: $0, as: UTF8.self)) || $0.contains(0)
        }
        let range = set.name?.range ?? set.files.first?.range
        guard !isUnsafe else {
            throw ArtifactSelection.Failure(
                message:
                    "'\(parts.joined(separator: "/"))' cannot name an artifact; '.' and '..' are not"
                    + " allowed in it",
                range: range
            )
        }
        guard !isArchive || !last.utf8.allSatisfy({ $0 == slash }) else {
            throw ArtifactSelection.Failure(
                message: "an archive needs a name; '\(last)' names the destination itself",
                range: range
            )
        }
        path = PathBytes(Array(names.joined(separator: [slash])))
    }
}
