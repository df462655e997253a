internal import BuildspecFiles
internal import SystemPackage

/// The places that a build's artifacts take in the directory that they are collected into.
struct ArtifactLayout: Sendable {
    /// The way from the directory to the source root; `nil` when that does not lie in it.
    private let sources: PathBytes?
    /// What must not be written over, with what it is.
    private var reserved: [PathBytes: String] = [:]
    /// The directory, where it lies in the sources or is a repository, and which of its files are earlier
    /// artifacts.
    private let filled: (directory: PathBytes, memory: ArtifactMemory?)?
    /// The files below the directory that git neither keeps nor ignores; `nil` where it cannot tell.
    private let untracked: Set<PathBytes>?
    /// The files of the artifacts so far, with what has them.
    private var taken: [PathBytes: String] = [:]

    /// Finds what is there that must stay.
    ///
    /// - Parameters:
    ///   - directory: the directory that is collected into, links resolved.
    ///   - sources: the source root.
    ///   - known: the files below the directory that git keeps, and those that it neither keeps nor
    ///     ignores; `nil` where it cannot tell.
    ///   - own: the program's files and those that it reads, with what they are to it.
    ///   - stateDirectory: where the program remembers what it collected.
    init(
        _ directory: PathBytes,
        sources: PathBytes,
        known: (tracked: [PathBytes], untracked: [PathBytes])?,
        own: [(path: FilePath, what: String)],
        stateDirectory: FilePath
    ) {
        func tail(_ path: PathBytes) -> PathBytes? {
            path.isWithin(directory) ? PathBytes(Array(path.tail(below: directory))) : nil
        }
        let root = Machine.settled(sources)
        self.sources = tail(root)
        // Its own '.git' may be a collected one, so what git says there is no help.
        let isRepository = (try? FileStatus.named(directory.appending(".git".utf8))) ?? nil != nil
        filled =
            isRepository || directory.isWithin(root)
            ? (directory, ArtifactMemory(directory, in: stateDirectory)) : nil
        untracked = isRepository ? nil : known.map { Set($0.untracked) }
        for path in isRepository ? [] : known?.tracked ?? [] {
            reserved[path] = "a file of the sources, which git tracks"
        }
        for (path, what) in own {
            let path = PathBytes(path.string)
            let (above, name) = path.split
            // A link stays as what it leads to does.
            let named = Machine.settled(PathBytes(Array(above))).appending(name)
            for place in [named, Machine.settled(path)].compactMap(tail) { reserved[place] = what }
        }
    }

    /// Takes the places of an artifact's files; none of them when one cannot be had.
    ///
    /// - Parameters:
    ///   - files: the files.
    ///   - identifier: the artifact's identifier; `nil` is the primary one.
    /// - Returns: why a place cannot be had, in one line; `nil` if all can.
    mutating func take(_ files: [ArtifactSelection.File], _ identifier: String?) -> String? {
        let top = identifier.map { PathBytes($0) } ?? PathBytes("")
        let name = identifier.map { "the artifact '\($0)'" } ?? "the primary artifact"
        var all = taken
        let places = Set(files.map { top.appending($0.target.bytes) })
        for file in files {
            let place = top.appending(file.target.bytes)
            if let sources, place == sources || place.isWithin(sources) || sources.isWithin(place) {
                return problem(place, "it lies in the sources")
            }
            if let what = reserved[place] { return problem(place, "it is \(what)") }
            if isUsers(place, places) {
                return problem(place, "a file is there that no earlier build collected")
            }
            if let other = taken[place] { return problem(place, "\(other) has that file") }
            all[place] = name
        }
        taken = all
        return nil
    }

    /// Whether a file in the sources would be replaced that no build has put there.
    ///
    /// Not every state directory lasts as long as its workspace. So where nothing is remembered, a
    /// directory whose every file is collected anew counts as filled by an earlier build.
    private func isUsers(_ place: PathBytes, _ places: Set<PathBytes>) -> Bool {
        guard let filled, taken[place] == nil, filled.memory?.has(place) != true,
            untracked?.contains(place) ?? true
        else { return false }
        let status = (try? FileStatus.named(filled.directory.appending(place.bytes))) ?? nil
        guard let status, status.kind != .directory else { return false }
        return filled.memory?.isEmpty != true
            || !isFilledAnew(PathBytes(Array(place.split.directory)), places)
    }

    /// Whether each file in a directory is one of these places.
    private func isFilledAnew(_ directory: PathBytes, _ places: Set<PathBytes>) -> Bool {
        guard let filled,
            let handle = try? DirectoryHandle.open(filled.directory.appending(directory.bytes)),
            let names = try? handle.names()
        else { return false }
        return names.allSatisfy { name in
            places.contains(directory.appending(name))
                || (try? handle.status(name))??.kind == .directory
        }
    }

    private func problem(_ place: PathBytes, _ reason: String) -> String {
        "nothing is collected, as '\(place.text)' would be replaced: \(reason); collect into another "
            + "directory"
    }
}
