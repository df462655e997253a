internal import BuildspecFiles

/// The files of the checkout in declared paths, which the cache skips, for a note on them.
struct SkippedFiles: Sendable {
    /// The first `.git`, or directory of git, in the declared paths.
    private(set) var git: PathBytes?
    /// The tracked files and links.
    private(set) var paths: Set<PathBytes> = []

    /// Adds a path of the checkout, which may be in a directory of git.
    mutating func add(_ path: PathBytes, in directory: PathBytes? = nil) {
        if let directory {
            git = git.map { min($0, directory) } ?? directory
            return
        }
        let names = path.components
        guard let end = names.firstIndex(where: { $0.elementsEqual(".git".utf8) }) else {
            paths.insert(path)
            return
        }
        let start = path.isAbsolute ? [slash] : []
        let found = PathBytes(start + names[...end].joined(separator: [slash]))
        git = git.map { min($0, found) } ?? found
    }

    /// Adds the files of another list.
    mutating func add(_ other: SkippedFiles) {
        git = [git, other.git].compactMap(\.self).min()
        paths.formUnion(other.paths)
    }

    /// The note on the skipped files; `nil` if no file was skipped.
    var note: String? {
        let gitName = git.map { "'\($0.text)'" }
        guard let first = paths.min() else {
            return gitName.map { "\($0) lies in the cached paths; the cache leaves it out" }
        }
        let files = "\(paths.count) \(paths.count == 1 ? "file" : "files") that git tracks"
        let all = [gitName, files].compactMap(\.self).joined(separator: " and ")
        let isOne = gitName == nil && paths.count == 1
        return all + (isOne ? " lies" : " lie") + " in the cached paths; the cache leaves"
            + (isOne ? " it out: " : " them out, the first is ") + "'\(first.text)'"
    }
}
