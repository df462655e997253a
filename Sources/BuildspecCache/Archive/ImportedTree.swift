internal import BuildspecFiles

/// The tree that an archive's members form, with checks against paths that lead out of it.
///
/// Nothing is unpacked: members become entries of a manifest, and a restore of them never writes
/// through a link. So a symbolic link may have any target, as in a saved tree. But no member may
/// lie below a link, and a hard link must name a file of the same archive.
struct ImportedTree {
    private let set: PathSet
    private var entries: [PathBytes: Manifest.Entry] = [:]
    private var namesSize = 0
    /// Members outside of the declared paths.
    private var undeclared = SkippedMembers()
    /// Members with names of unfinished files, which a save would skip too.
    private var unfinished = SkippedMembers()
    /// Members that belong to git.
    private var git = SkippedMembers()

    /// The largest accepted sum of the members' names, in bytes.
    private static let largestNames = Limits.manifestContent / 4

    init(_ set: PathSet) { self.set = set }

    /// The skipped members and the reasons, one line for each reason.
    var notes: [String] {
        let prefix = String(decoding: TemporaryName.prefix, as: UTF8.self)
        return undeclared.notes("'--path' does not declare it")
            + unfinished.notes(
                "names that begin with '\(prefix)' are those of unfinished files, which no save keeps"
            ) + git.notes("the root's '.git' is never cached")
    }

    /// Returns the path of a member, or `nil` if it is skipped; throws if it leads out of the tree.
    mutating func path(of member: TarReader.Member) throws(CacheError) -> PathBytes? {
        guard let path = try path(member.name) else { return nil }
        if set.contains(path, isDirectory: member.kind == .directory) {
            if path.components.first?.elementsEqual(".git".utf8) ?? false, !path.isAbsolute {
                git.add(path)
                return nil
            }
            guard path.components.contains(where: TemporaryName.matches) else { return path }
            unfinished.add(path)
            return nil
        }
        guard !path.isAbsolute else {
            throw TarReader.refused(
                "'\(path.text)' is an absolute name; declare it with '--path' to import it"
            )
        }
        // Directories above the declared paths are expected, and are not reported.
        if member.kind != .directory { undeclared.add(path) }
        return nil
    }

    /// Adds a member, with the blobs of a file; a later member replaces an earlier one.
    mutating func add(
        _ member: TarReader.Member,
        at path: PathBytes,
        blobs: BlobList
    ) throws(CacheError) {
        namesSize += path.bytes.count + 128
        var mode = member.mode & 0o1777
        let kind: Manifest.Kind
        switch member.kind {
        case .file(let size): kind = .file(size: size, blobs: blobs)
        case .directory:
            kind = .directory
            mode = member.mode
        case .link(let target):
            guard !target.isEmpty else {
                throw TarReader.refused("the link '\(path.text)' has an empty target")
            }
            guard target.count <= Limits.path else {
                throw TarReader.refused(
                    "the target of the link '\(path.text)' has more than \(Limits.path) bytes"
                )
            }
            namesSize += target.count
            kind = .link(target: target)
            mode = 0o777
        case .hardLink(let target): kind = .hardLink(to: try file(target, for: path))
        }
        guard namesSize <= ImportedTree.largestNames else {
            throw TarReader.refused("it has too many members")
        }
        let modified = member.modified.within(Limits.time)
        entries[path] = Manifest.Entry(path: path, mode: mode, modified: modified, kind: kind)
    }

    /// Returns all entries in path order, with the content of every file at the first of its names.
    mutating func finished() throws(CacheError) -> [Manifest.Entry] {
        try moveContentsToFirstNames()
        for path in entries.keys {
            var above = path.split.directory
            while !above.isEmpty, above.count > 1 || above.first != slash {
                let parent = PathBytes(Array(above))
                if let kind = entries[parent]?.kind, kind != .directory {
                    throw TarReader.refused(
                        "'\(path.text)' lies below '\(parent.text)', which is not a directory"
                    )
                }
                above = parent.split.directory
            }
        }
        return entries.values.sorted { $0.path < $1.path }
    }

    /// Returns the file that a hard link names.
    private func file(_ target: [UInt8], for path: PathBytes) throws(CacheError) -> PathBytes {
        if let first = try self.path(target), first != path, let entry = entries[first] {
            switch entry.kind {
            case .file: return first
            case .hardLink(let file): return file
            case .directory, .link: break
            }
        }
        throw TarReader.refused(
            "'\(path.text)' is a hard link to something that is not a file of the archive"
        )
    }

    /// Gives the content of a file with several names to the first name, as a manifest requires.
    private mutating func moveContentsToFirstNames() throws(CacheError) {
        var names: [PathBytes: [PathBytes]] = [:]
        for entry in entries.values {
            if case .hardLink(let file) = entry.kind { names[file, default: []].append(entry.path) }
        }
        for (file, links) in names {
            guard let entry = entries[file], case .file = entry.kind else {
                throw TarReader.refused("'\(file.text)' is replaced after it was linked to")
            }
            let all = (links + [file]).sorted()
            for (index, path) in all.enumerated() {
                var named = entry
                named.path = path
                if index > 0 { named.kind = .hardLink(to: all[0]) }
                entries[path] = named
            }
        }
    }

    /// Converts a member's name to a path of a manifest; `nil` for the root.
    private func path(_ name: [UInt8]) throws(CacheError) -> PathBytes? {
        var rest = name[...]
        while rest.starts(with: "./".utf8) { rest = rest.dropFirst(2) }
        while rest.count > 1, rest.last == slash { rest = rest.dropLast() }
        if rest.isEmpty || rest.elementsEqual(".".utf8) || rest.elementsEqual("/".utf8) {
            return nil
        }
        let path = PathBytes(Array(rest))
        let names = (path.isAbsolute ? rest.dropFirst() : rest)
            .split(separator: slash, omittingEmptySubsequences: false)
        for name in names {
            if let problem = ImportedTree.problem(name) {
                throw TarReader.refused("'\(path.text)' \(problem)")
            }
        }
        return path
    }

    /// Returns what is wrong with a part of a path; `nil` for a valid part.
    private static func problem(_ name: ArraySlice<UInt8>) -> String? {
        if name.elementsEqual("..".utf8) { return "leads out of the tree" }
        if name.isEmpty { return "has an empty part" }
        if name.elementsEqual(".".utf8) { return "has '.' as a part" }
        return name.count > 255 ? "has a part of more than 255 bytes" : nil
    }
}

/// The number of members that were skipped for one reason, and the first of them.
private struct SkippedMembers {
    var count = 0
    var first = ""

    mutating func add(_ path: PathBytes) {
        if count == 0 { first = path.text }
        count += 1
    }

    func notes(_ reason: String) -> [String] {
        guard count > 0 else { return [] }
        return ["'\(first)'\(count > 1 ? " and \(count - 1) more" : "") skipped: \(reason)"]
    }
}
