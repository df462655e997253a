internal import BuildspecFiles
internal import SystemPackage

/// The files of this machine that commands see, at whatever path.
///
/// The runner follows links that commands have made. Such a link can mean another file to the runner than
/// to the commands.
struct VisiblePaths: Sendable {
    /// Directories, links resolved, and whether commands see the files below each.
    private var directories: [PathBytes: Bool] = [:]

    /// Creates a set of all files, or of none.
    init(everything: Bool) {
        directories[PathBytes("")] = everything
    }

    /// Sets whether commands see a directory and the files below.
    ///
    /// What was set for directories further down stays. A directory that does not exist is ignored.
    mutating func set(_ directory: FilePath, isVisible: Bool) {
        guard let path = try? Machine.absolute(directory) else { return }
        directories[path == PathBytes("/") ? PathBytes("") : path] = isVisible
    }

    /// Returns the setting of the nearest directory above a file, whose path is absolute with links
    /// resolved.
    func contains(_ file: PathBytes) -> Bool {
        var path = file.bytes[...]
        while true {
            if let isVisible = directories[PathBytes(Array(path))] { return isVisible }
            guard let end = path.lastIndex(of: slash) else { return false }
            path = path[..<end]
        }
    }
}
