internal import BuildspecFiles
internal import SystemPackage

/// The places that a build's artifacts take in the directory that they are collected into.
struct ArtifactPlaces: Sendable {
    /// The way from the directory to the source root; `nil` when that does not lie in it.
    private let sources: PathBytes?
    /// What must not be written over, with what it is.
    private var reserved: [PathBytes: String] = [:]
    /// The files of the artifacts so far, with what has them.
    private var taken: [PathBytes: String] = [:]

    /// Finds what is there that must stay.
    ///
    /// - Parameters:
    ///   - directory: the directory that is collected into, links resolved.
    ///   - sources: the source root.
    ///   - tracked: the files below the directory that git knows.
    ///   - own: the program's files, with what they are to it.
    init(
        _ directory: PathBytes,
        sources: PathBytes,
        tracked: [PathBytes],
        own: [(path: FilePath, what: String)]
    ) {
        func tail(_ path: PathBytes) -> PathBytes? {
            path.isWithin(directory) ? PathBytes(Array(path.tail(below: directory))) : nil
        }
        self.sources = tail(Machine.settled(sources))
        for path in tracked { reserved[path] = "a file of the sources, which git tracks" }
        for (path, what) in own {
            if let place = tail(Machine.settled(PathBytes(path.string))) { reserved[place] = what }
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
            if let other = taken[place] { return problem(place, "\(other) has that file") }
            all[place] = name
        }
        taken = all
        return nil
    }

    private func problem(_ place: PathBytes, _ reason: String) -> String {
        "nothing is collected, as '\(place.text)' would be replaced: \(reason); collect into another "
            + "directory"
    }
}
