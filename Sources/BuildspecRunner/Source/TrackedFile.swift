package import BuildspecFiles
internal import SystemPackage

/// The answer to whether git tracks a file.
package enum TrackedFile: Sendable, Equatable {
    /// Git tracks the file, which may be missing on the disk.
    case yes
    /// Git does not track the file, or there is no git tree.
    case no
    /// Git failed, for this reason.
    case unknown(String)

    /// Asks git about a file.
    ///
    /// - Parameter file: The file's path, links resolved; the file and its directories need not exist.
    /// - Returns: Git's answer.
    package static func find(_ file: PathBytes) async -> TrackedFile {
        var directory = file.parent
        while directory != directory.parent, (try? DirectoryHandle.open(directory)) == nil {
            directory = directory.parent
        }
        let root = FilePath(directory.text)
        let name = PathBytes(Array(file.tail(below: directory)))
        guard SourceVersion.isInGitTree(root) else { return .no }
        guard PathBytes(root.string) == directory, name.text.utf8.elementsEqual(name.bytes) else {
            return .unknown("its path is not UTF-8")
        }
        switch await GitIndex(root: root).list("", [":(literal)" + name.text]) {
        case .none: return .no
        case .entries(let bytes): return bytes.isEmpty ? .no : .yes
        case .problem(let reason): return .unknown(reason)
        }
    }
}
