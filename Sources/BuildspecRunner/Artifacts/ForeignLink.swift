internal import BuildspecFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Links that another user has made: who follows them with more rights can be led anywhere.
enum ForeignLink {
    /// So many links a system follows on the way to one path.
    private static let mostLinks = 40

    /// The first link on the way to an absolute path, or on the way that a link tells, that belongs to
    /// neither root nor the user of this process; `nil` if there is none.
    static func first(on path: PathBytes) -> PathBytes? {
        var rest = names(of: path)
        var place = PathBytes("/")
        var links = 0
        while let name = rest.popLast() {
            if name.elementsEqual("..".utf8) {
                place = place.parent
                continue
            }
            let next = place.appending(name)
            guard let owner = owner(ofLink: next) else {
                place = next
                continue
            }
            links += 1
            guard [0, geteuid()].contains(owner), links <= mostLinks, let target = target(of: next)
            else { return next }
            if target.isAbsolute { place = PathBytes("/") }
            rest += names(of: target)
        }
        return nil
    }

    /// The names in a path, the first one last.
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
