internal import BuildspecFiles
internal import SystemPackage

extension GitIndex {
    /// Whether the repository in the root holds work that is nowhere else.
    ///
    /// Neither `git status` nor `git diff` is asked: they run the filters that a repository's own settings
    /// name, and a cache entry may have brought those settings.
    ///
    /// - Returns: what work, for a sentence that begins with the repository; `nil` for none.
    func work() async -> String? {
        guard let index = await output(["ls-files", "-z", "--debug"]) else {
            return "that git cannot read"
        }
        if GitIndex.changed(index, below: PathBytes(root.string)) { return "with changed files" }
        guard await output(["rev-parse", "-q", "--verify", "HEAD"]) != nil else {
            // Without a commit whatever the index has is in no other place.
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
        // Cargo leaves this one in each checkout of its own.
        let isWork = files.contains { !$0.elementsEqual(".cargo-ok".utf8) }
        return isWork ? "with files that git does not track" : nil
    }

    /// Whether a file differs in size or time from what the index says; one that is gone does not.
    ///
    /// - Parameters:
    ///   - index: what `git ls-files -z --debug` prints: a path and a zero, then five lines.
    ///   - top: the directory.
    /// - Returns: whether one does, or the text is of another form.
    static func changed(_ index: [UInt8], below top: PathBytes) -> Bool {
        var rest = index[...]
        var last: (path: PathBytes, handle: DirectoryHandle?)?
        while let end = rest.firstIndex(of: 0) {
            let path = top.appending(rest[..<end])
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

    /// The numbers behind a label.
    private static func numbers(_ line: ArraySlice<UInt8>, _ label: String) -> [Int64] {
        let text = String(decoding: line, as: UTF8.self)
        guard let start = text.firstRange(of: label)?.upperBound else { return [] }
        return text[start...].prefix { $0 != "\t" }.split(separator: ":").compactMap { Int64($0) }
    }
}
