internal import BuildspecFiles
internal import SystemPackage

/// The places that a build's artifacts take in the directory that they are collected into.
struct ArtifactPlaces: Sendable {
    /// The way from the directory to the source root; `nil` when that does not lie in it.
    private let sources: PathBytes?
    /// What must not be written over, with what it is.
    private var reserved: [PathBytes: String] = [:]
    /// The directory, where it lies in the sources, and which of its files are earlier artifacts.
    private let filled: (directory: PathBytes, memory: ArtifactMemory?)?
    /// The files of the artifacts so far, with what has them.
    private var taken: [PathBytes: String] = [:]

    /// Finds what is there that must stay.
    ///
    /// - Parameters:
    ///   - directory: the directory that is collected into, links resolved.
    ///   - sources: the source root.
    ///   - tracked: the files below the directory that git knows.
    ///   - own: the program's files and those that it reads, with what they are to it.
    ///   - stateDirectory: where the program remembers what it collected.
    init(
        _ directory: PathBytes,
        sources: PathBytes,
        tracked: [PathBytes],
        own: [(path: FilePath, what: String)],
        stateDirectory: FilePath
    ) {
        func tail(_ path: PathBytes) -> PathBytes? {
            path.isWithin(directory) ? PathBytes(Array(path.tail(below: directory))) : nil
        }
        let root = Machine.settled(sources)
        self.sources = tail(root)
        filled =
            directory.isWithin(root)
            ? (directory, ArtifactMemory(directory, in: stateDirectory)) : nil
        for path in tracked { reserved[path] = "a file of the sources, which git tracks" }
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
        for file in files {
            let place = top.appending(file.target.bytes)
            if let sources, place == sources || place.isWithin(sources) || sources.isWithin(place) {
                return problem(place, "it lies in the sources")
            }
            if let what = reserved[place] { return problem(place, "it is \(what)") }
            if isUsers(place) {
                return problem(place, "a file is there that no artifact of an earlier build is")
            }
            if let other = taken[place] { return problem(place, "\(other) has that file") }
            all[place] = name
        }
        taken = all
        return nil
    }

    /// Whether a file in the sources would be replaced that no build has put there.
    private func isUsers(_ place: PathBytes) -> Bool {
        guard let filled, taken[place] == nil, filled.memory?.has(place) != true else {
            return false
        }
        let status = (try? FileStatus.named(filled.directory.appending(place.bytes))) ?? nil
        return status.map { $0.kind != .directory } ?? false
    }

    private func problem(_ place: PathBytes, _ reason: String) -> String {
        "nothing is collected, as '\(place.text)' would be replaced: \(reason); collect into another "
            + "directory"
    }
}
