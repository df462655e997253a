internal import BuildspecFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Finds links of other users, which could lead a process with more rights to any file.
enum ForeignLink {
    /// The number of links that a system follows for one path.
    private static let maximumLinks = 40

    /// Returns the first link that is followed for an absolute path and belongs neither to root nor to the
    /// user of this process; `nil` if no link does.
    static func first(on path: PathBytes) -> PathBytes? {
        var rest = names(of: path)
        var current = PathBytes("/")
        var links = 0
        while let name = rest.popLast() {
            if name.elementsEqual("..".utf8) {
                current = current.parent
                continue
            }
            let next = current.appending(name)
            guard let owner = owner(ofLink: next) else {
                current = next
                continue
            }
            links += 1
            guard [0, geteuid()].contains(owner), links <= maximumLinks,
                let target = target(of: next)
            else { return next }
            if target.isAbsolute { current = PathBytes("/") }
            rest += names(of: target)
        }
        return nil
    }

    private static func names(of path: PathBytes) -> [[UInt8]] {
        path.components.filter { !$0.elementsEqual(".".utf8) }.reversed().map { Array($0) }
    }

    private static func owner(ofLink path: PathBytes) -> uid_t? {
        var status = stat()
        let text = path.bytes.map(CChar.init(bitPattern:)) + [0]
        let result = unsafe text.withUnsafeBufferPointer { text in
            unsafe text.baseAddress.map { unsafe lstat($0, &status) } ?? -1
        }
        return result == 0 && status.st_mode & S_IFMT == S_IFLNK ? status.st_uid : nil
    }

    private static func target(of link: PathBytes) -> PathBytes? {
        let handle = try? DirectoryHandle.open(link.parent)
        return (try? handle?.linkTarget(link.split.name)).map { PathBytes($0) }
    }
}
