internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Checks before a build that collecting its artifacts into a directory cannot change the sources.
///
/// Conditions that depend on variables or on the build's files are checked when the artifacts are
/// collected, before anything is written.
struct ArtifactTarget {
    private let section: ArtifactsSection
    private let request: BuildRequest
    /// The directory that artifacts are collected into, links resolved.
    private let directory: PathBytes
    /// The source root, links resolved.
    private let root: PathBytes

    /// Prepares the check; `nil` if the build collects nothing.
    init?(_ request: BuildRequest) {
        guard let section = request.buildspec.artifacts,
            let directory = request.artifactsDirectory
        else { return nil }
        self.section = section
        self.request = request
        self.directory = Machine.resolved(PathBytes(directory.string))
        root = Machine.resolved(PathBytes(request.sourceDirectory.string))
    }

    /// Returns why the artifacts cannot go into the directory, with a remedy, as far as that is known
    /// before the build.
    func obstacle() async -> String? {
        let directories =
            [directory] + section.secondary.map { directory.appending($0.identifier.utf8) }
        let reason =
            OutputTarget(request, directory).obstacle(directories) ?? declaredReason()
        if let reason { return "the artifacts cannot go into '\(displayPath)': \(reason)" }
        guard let file = await matchedFile() else { return nil }
        return
            "the artifacts cannot go into '\(displayPath)': 'files' matches '\(file.text)' there, and "
            + "collecting would change the sources; name a directory that is empty or has only "
            + "artifacts in it"
    }

    private var displayPath: String { request.artifactsDirectory?.string ?? "" }

    /// Returns a reason if the buildspec file collects artifacts from the directory itself, by paths
    /// without variables.
    private func declaredReason() -> String? {
        for set in section.sets {
            for base in bases(of: set) {
                if collects(from: Machine.resolved(base), isBase: true) {
                    let verb = Machine.resolved(base) == directory ? "is" : "contains"
                    return
                        "it \(verb) the 'base-directory', whose files would be replaced; name another "
                        + "directory"
                }
                for pattern in patterns(of: set.files, from: base)
                where collects(from: Machine.resolved(pattern.start), isBase: false) {
                    return
                        "'\(pattern.text)' takes files from it, which would be replaced; name "
                        + "another directory"
                }
            }
        }
        return nil
    }

    private func collects(from source: PathBytes, isBase: Bool) -> Bool {
        if source == directory, isBase { return true }
        // A directory that contains the sources also contains every start in the sources.
        if root == directory || root.isWithin(directory) { return false }
        return source == directory || source.isWithin(directory)
    }

    /// Returns the base directories without variables and wildcards.
    private func bases(of set: ArtifactSet) -> [PathBytes] {
        guard let base = set.baseDirectory else { return [root] }
        return patterns(of: [base], from: root).filter(\.isLiteral).map { pattern in
            pattern.pattern.text.isEmpty
                ? pattern.start : pattern.start.appending(pattern.pattern.text.utf8)
        }
    }

    private func patterns(of texts: [Located<String>], from base: PathBytes) -> [ArtifactPattern] {
        texts.filter { !$0.value.contains("$") }
            .flatMap { ArtifactPattern.parse($0.value, base: base) }
    }

    /// Returns a file in the directory that an artifact would collect and that is not an earlier artifact.
    private func matchedFile() async -> PathBytes? {
        guard directory.isWithin(root), let handle = try? ArtifactWalk.directory(directory),
            let names = try? handle.names(), !names.isEmpty,
            ArtifactMemory(directory, in: request.stateDirectory)?.isEmpty != false
        else { return nil }
        // If git tracks the sources, a file that git does not track is not a source.
        let tracked = await GitTrackedFiles.paths(below: directory)?.tracked
        let candidates = tracked?.filter { !ArtifactTarget.isPlaceholder($0) } ?? files(in: handle)
        let matchers = section.sets.flatMap { set in
            bases(of: set).map { base in
                (patterns(of: set.files, from: base), patterns(of: set.excludePaths, from: base))
            }
        }
        return candidates.lazy.map { directory.appending($0.bytes) }.first { path in
            matchers.contains { included, excluded in
                included.contains { $0.matches(path) } && !excluded.contains { $0.matches(path) }
            }
        }
    }

    /// Returns whether a file exists only to keep a directory in git.
    private static func isPlaceholder(_ path: PathBytes) -> Bool {
        [".gitkeep", ".gitignore", ".keep"].contains { path.split.name.elementsEqual($0.utf8) }
    }

    /// The number of files that are checked, because the first ones are enough.
    private static let maximumFiles = 10_000

    private func files(in top: DirectoryHandle) -> [PathBytes] {
        var found: [PathBytes] = []
        var open = [PathBytes("")]
        while let path = open.popLast(), found.count < ArtifactTarget.maximumFiles {
            let absolute = path.bytes.isEmpty ? directory : directory.appending(path.bytes)
            guard let handle = path.bytes.isEmpty ? top : try? ArtifactWalk.directory(absolute),
                let names = try? handle.names()
            else { continue }
            for name in names {
                guard let status = try? handle.status(name) else { continue }
                let child = path.appending(name)
                if status.kind == .directory { open.append(child) } else { found.append(child) }
            }
        }
        return found.filter { !ArtifactTarget.isPlaceholder($0) }
    }
}

extension ArtifactPattern {
    /// Returns whether the pattern matches a path, without following links.
    fileprivate func matches(_ path: PathBytes) -> Bool {
        guard path.isWithin(start) else { return false }
        return pattern.matches(PathBytes(Array(path.tail(below: start))))
    }
}

extension ArtifactsSection {
    fileprivate var sets: [ArtifactSet] { [primary] + secondary.map(\.set) }
}
