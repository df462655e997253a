package import BuildspecFiles
internal import SystemPackage

/// Whether one file comes from a checkout.
package enum TrackedFile: Sendable, Equatable {
    /// Git tracks it, on the disk or not.
    case yes
    /// Git does not track it, or there is no git tree.
    case no
    /// Git cannot tell, and why.
    case unknown(String)

    /// Asks git.
    ///
    /// - Parameter file: its path, links resolved; neither it nor its directories need be there.
    /// - Returns: what git says.
    package static func find(_ file: PathBytes) async -> TrackedFile {
        var directory = file.parent
        while directory != directory.parent, (try? DirectoryHandle.open(directory)) == nil {
            directory = directory.parent
        }
        let place = FilePath(directory.text)
        let name = PathBytes(Array(file.tail(below: directory)))
        guard SourceVersion.isInGitTree(place) else { return .no }
        guard PathBytes(place.string) == directory, name.text.utf8.elementsEqual(name.bytes) else {
            return .unknown("its path is not UTF-8")
        }
        switch await GitIndex(root: place).list("", [":(literal)" + name.text]) {
        case .none: return .no
        case .entries(let bytes): return bytes.isEmpty ? .no : .yes
        case .problem(let reason): return .unknown(reason)
        }
    }
}
