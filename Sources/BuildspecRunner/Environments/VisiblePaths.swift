internal import BuildspecFiles
internal import SystemPackage

/// What commands see of this machine's files, whatever they see it as.
///
/// The runner follows links that commands have made, and those mean other places to it than to them.
struct VisiblePaths: Sendable {
    /// Directories without links, and whether commands see what is below.
    private var directories: [PathBytes: Bool] = [:]

    /// Sees everything, or nothing.
    init(everything: Bool) {
        directories[PathBytes("")] = everything
    }

    /// Says of a directory and what is below whether commands see it; what is said of directories
    /// further down stays, and a directory that is not there is left out.
    mutating func set(_ directory: FilePath, isSeen: Bool) {
        guard let place = try? Machine.absolute(directory) else { return }
        directories[place == PathBytes("/") ? PathBytes("") : place] = isSeen
    }

    /// Whether commands see a file.
    ///
    /// - Parameter file: its absolute path, links resolved.
    /// - Returns: whether they do, under whatever name.
    func includes(_ file: PathBytes) -> Bool {
        var place = file.bytes[...]
        while true {
            if let isSeen = directories[PathBytes(Array(place))] { return isSeen }
            guard let cut = place.lastIndex(of: slash) else { return false }
            place = place[..<cut]
        }
    }
}
