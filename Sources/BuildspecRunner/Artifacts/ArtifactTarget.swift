internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Decides before a build whether its artifacts can go where they shall: nothing of the sources may
/// change by it.
///
/// What depends on variables, or on what the build makes, is decided when the artifacts are collected,
/// before anything is written.
struct ArtifactTarget {
    private let section: ArtifactsSection
    private let request: BuildRequest
    /// The directory, links on the way to it resolved.
    private let directory: PathBytes
    /// The source root, links resolved.
    private let root: PathBytes

    /// Prepares the decision; `nil` when a build collects nothing.
    init?(_ request: BuildRequest) {
        guard let section = request.buildspec.artifacts,
            let directory = request.artifactsDirectory
        else { return nil }
        self.section = section
        self.request = request
        self.directory = Machine.settled(PathBytes(directory.string))
        root = Machine.settled(PathBytes(request.sourceDirectory.string))
    }

    /// Why the artifacts cannot go there, as far as it can be told now.
    ///
    /// - Returns: the reason with what to do, in one line; `nil` if there is none.
    func obstacle() async -> String? {
        var reason: String?
        do {
            reason = try notDirectory()
            if reason == nil { reason = try partOfSources() }
            if reason == nil { reason = ownPlace() ?? declaredSource() }
        } catch {
            reason = "\(error)"
        }
        if let reason { return "the artifacts cannot go into '\(shown)': \(reason)" }
        guard let file = await matchedFile() else { return nil }
        return
            "the artifacts cannot go into '\(shown)': 'files' matches '\(file.text)' there, and "
            + "collecting would change the sources; name a directory that is empty or has only "
            + "artifacts in it"
    }

    private var shown: String { request.artifactsDirectory?.string ?? "" }

    /// The directory itself and those of the secondary artifacts.
    private var directories: [PathBytes] {
        [directory] + section.secondary.map { directory.appending($0.identifier.utf8) }
    }

    private func notDirectory() throws(FileError) -> String? {
        var place = directory
        while place != place.parent {
            if let status = try FileStatus.following(place) {
                guard status.kind != .directory else { return nil }
                return "'\(place.text)' is not a directory; name another one"
            }
            if try FileStatus.named(place) != nil {
                return "'\(place.text)' is a link that leads nowhere; name another directory"
            }
            place = place.parent
        }
        return nil
    }

    private func partOfSources() throws(FileError) -> String? {
        let sources = try ArtifactWalk.directory(root)?.status().identity
        for place in directories {
            let identity = try ArtifactWalk.directory(Machine.settled(place))?.status().identity
            if place == root || (identity != nil && identity == sources) {
                return
                    "it is the source root, and collecting would change the sources; name another "
                    + "directory, such as 'out' in it"
            }
            if place.components.contains(where: { $0.elementsEqual(".git".utf8) }) {
                return "it lies in '.git', which is git's own; name another directory"
            }
        }
        return nil
    }

    private func ownPlace() -> String? {
        for (path, what) in request.ownPlaces {
            let place = Machine.settled(PathBytes(path.string))
            for directory in directories where directory == place || directory.isWithin(place) {
                return "'\(place.text)' is \(what); name another directory"
            }
        }
        return nil
    }

    /// Whether artifacts are declared to come from the directory itself, where the text alone tells.
    private func declaredSource() -> String? {
        for set in section.sets {
            for base in bases(of: set) {
                if takes(from: Machine.settled(base), isBase: true) {
                    let verb = Machine.settled(base) == directory ? "is" : "holds"
                    return
                        "it \(verb) the 'base-directory', whose files would be replaced; name another "
                        + "directory"
                }
                for pattern in patterns(of: set.files, from: base)
                where takes(from: Machine.settled(pattern.start), isBase: false) {
                    return
                        "'\(pattern.text)' takes files from it, which would be replaced; name "
                        + "another directory"
                }
            }
        }
        return nil
    }

    private func takes(from place: PathBytes, isBase: Bool) -> Bool {
        if place == directory, isBase { return true }
        // What holds the sources also holds what they are collected from.
        if root == directory || root.isWithin(directory) { return false }
        return place == directory || place.isWithin(directory)
    }

    // MARK: Patterns

    /// The base directories that are spelled without variables and patterns.
    private func bases(of set: ArtifactSet) -> [PathBytes] {
        guard let base = set.baseDirectory else { return [root] }
        return patterns(of: [base], from: root).filter { $0.isLiteral }.map { pattern in
            pattern.pattern.text.isEmpty
                ? pattern.start : pattern.start.appending(pattern.pattern.text.utf8)
        }
    }

    private func patterns(of texts: [Located<String>], from base: PathBytes) -> [ArtifactPattern] {
        texts.filter { !$0.value.contains("$") }
            .flatMap { ArtifactPattern.parse($0.value, base: base) }
    }

    // MARK: Files in the directory

    /// A file in the directory that an artifact would take and that no earlier artifact put there.
    private func matchedFile() async -> PathBytes? {
        guard directory.isWithin(root), let handle = try? ArtifactWalk.directory(directory),
            let names = try? handle.names(), !names.isEmpty,
            ArtifactMemory(directory, in: request.stateDirectory)?.isEmpty != false
        else { return nil }
        // Where git knows the sources, what it does not know is none.
        let tracked = await GitTrackedFiles.paths(below: directory)?.tracked
        let files = tracked?.filter { !ArtifactTarget.isPlaceholder($0) } ?? all(in: handle)
        let matchers = section.sets.flatMap { set in
            bases(of: set).map { base in
                (patterns(of: set.files, from: base), patterns(of: set.excludePaths, from: base))
            }
        }
        return files.lazy.map { directory.appending($0.bytes) }.first { path in
            matchers.contains { wanted, unwanted in
                wanted.contains { $0.matches(path) } && !unwanted.contains { $0.matches(path) }
            }
        }
    }

    /// Whether a file is there only to keep a directory in git.
    private static func isPlaceholder(_ path: PathBytes) -> Bool {
        [".gitkeep", ".gitignore", ".keep"].contains { path.split.name.elementsEqual($0.utf8) }
    }

    /// No more files are looked at: the first ones tell.
    private static let mostFiles = 10_000

    private func all(in top: DirectoryHandle) -> [PathBytes] {
        var found: [PathBytes] = []
        var open = [PathBytes("")]
        while let path = open.popLast(), found.count < ArtifactTarget.mostFiles {
            let place = path.bytes.isEmpty ? directory : directory.appending(path.bytes)
            guard let handle = path.bytes.isEmpty ? top : try? ArtifactWalk.directory(place),
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
    /// Whether a path, links aside, fits.
    fileprivate func matches(_ path: PathBytes) -> Bool {
        guard path.isWithin(start) else { return false }
        return pattern.matches(PathBytes(Array(path.tail(below: start))))
    }
}

extension ArtifactsSection {
    /// The primary artifact and the secondary ones.
    fileprivate var sets: [ArtifactSet] { [primary] + secondary.map(\.set) }
}
