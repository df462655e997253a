package import BuildspecFiles
package import SystemPackage

/// All properties of a tree that a cache keeps.
package struct TreeSnapshot: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package var kind: FileKind
        package var mode: UInt32
        package var modified: FileTime
        /// The bytes of a file or the target of a link.
        package var content: [UInt8]
        /// The first name of a file with several names.
        package var sameFileAs: String?
    }

    package var entries: [String: Entry] = [:]

    /// Takes a snapshot of everything below `root`.
    package init(_ root: FilePath) throws {
        let directory = try DirectoryHandle.open(PathBytes(root.string))
        let set = PathSet(["**/*"], root: PathBytes(root.string))
        var names: [FileStatus.Identity: String] = [:]
        for entry in try TreeWalk(set, root: directory).entries {
            var content = entry.linkTarget ?? []
            var first: String?
            if entry.status.kind == .regular {
                let file = PathBytes(root.string).appending(entry.path.bytes)
                content = try AtomicFile.read(file, limit: 1 << 32) ?? []
                first = names[entry.status.identity]
                if first == nil { names[entry.status.identity] = entry.path.text }
            }
            entries[entry.path.text] = Entry(
                kind: entry.status.kind,
                mode: entry.status.mode,
                modified: entry.status.modified,
                content: content,
                sameFileAs: first
            )
        }
    }

    /// Describes the first difference; `nil` for equal trees.
    package func difference(from other: TreeSnapshot) -> String? {
        for path in Set(entries.keys).union(other.entries.keys).sorted() {
            switch (entries[path], other.entries[path]) {
            case (let left?, let right?) where left == right: continue
            case (let left?, let right?):
                let same = left.content == right.content ? "same" : "other"
                return
                    "'\(path)': \(left.kind) \(left.mode) \(left.modified) \(left.sameFileAs ?? "-")"
                    + " against \(right.kind) \(right.mode) \(right.modified)"
                    + " \(right.sameFileAs ?? "-"), \(same) content"
            case (nil, _): return "'\(path)' is only in the second tree"
            case (_, nil): return "'\(path)' is only in the first tree"
            }
        }
        return nil
    }
}
