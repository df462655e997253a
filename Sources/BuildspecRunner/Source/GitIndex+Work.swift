internal import BuildspecFiles
internal import SystemPackage

extension GitIndex {
    /// Returns the work in the root's repository that exists nowhere else.
    ///
    /// This uses neither `git status` nor `git diff`, because they run the filters of a repository's
    /// settings, which may come from a cache entry.
    ///
    /// - Returns: The work, for a sentence that begins with the repository; `nil` for none.
    func unsavedWork() async -> String? {
        guard let index = await output(["ls-files", "-z", "--debug"]) else {
            return "that git cannot read"
        }
        if GitIndex.hasChanges(index, below: PathBytes(root.string)) { return "with changed files" }
        guard await output(["rev-parse", "-q", "--verify", "HEAD"]) != nil else {
            // Without a commit, the files of the index exist nowhere else.
            return index.isEmpty ? await untrackedWork() : "with changes that no commit has"
        }
        let staged = ["diff-index", "--cached", "--quiet", "--no-ext-diff", "HEAD", "--"]
        guard await output(staged) != nil else { return "with changes that no commit has" }
        let known = ["--not", "--remotes", "--tags"]
        guard let commits = await output(["rev-list", "-n", "1", "HEAD", "--all"] + known) else {
            return "that git cannot read"
        }
        if !commits.isEmpty { return "with commits that no remote branch has" }
        return await untrackedWork()
    }

    private func untrackedWork() async -> String? {
        let files = await untracked("").split(separator: 0)
        // Cargo creates this file in each of its checkouts.
        let isWork = files.contains { !$0.elementsEqual(".cargo-ok".utf8) }
        return isWork ? "with files that git does not track" : nil
    }

    /// Returns whether an existing file differs in size or time from its entry in the index.
    ///
    /// - Parameters:
    ///   - index: The output of `git ls-files -z --debug`: a path and a zero, then five lines.
    ///   - root: The directory that paths are relative to.
    /// - Returns: `true` also for an output of another form.
    static func hasChanges(_ index: [UInt8], below root: PathBytes) -> Bool {
        var rest = index[...]
        var last: (path: PathBytes, handle: DirectoryHandle?)?
        while let end = rest.firstIndex(of: 0) {
            let path = root.appending(rest[..<end])
            let lines = rest[(end + 1)...].split(separator: UInt8(ascii: "\n"), maxSplits: 5)
            guard lines.count >= 5 else { return true }
            rest = lines.count > 5 ? lines[5] : []
            let time = numbers(lines[1], "mtime: ")
            let size = numbers(lines[4], "size: ")
            guard time.count == 2, let size = size.first else { return true }
            let (above, name) = path.split
            let directory = PathBytes(Array(above))
            if last?.path != directory { last = (directory, try? DirectoryHandle.open(directory)) }
            guard let status = try? last?.handle?.status(name), status.kind != .directory else {
                continue
            }
            let isSame =
                status.modified.seconds == time[0] && Int64(status.modified.nanoseconds) == time[1]
                && UInt64(size) == status.size & 0xFFFF_FFFF
            if !isSame { return true }
        }
        return false
    }

    /// Returns the numbers after a label.
    private static func numbers(_ line: ArraySlice<UInt8>, _ label: String) -> [Int64] {
        let text = String(decoding: line, as: UTF8.self)
        guard let start = text.firstRange(of: label)?.upperBound else { return [] }
        return text[start...].prefix { $0 != "\t" }.split(separator: ":").compactMap { Int64($0) }
    }
}
