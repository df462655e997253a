internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A directory that commands of a sandbox or container never write to: a store or the state directory.
struct ClosedDirectory: Sendable {
    /// The path with links resolved.
    let path: FilePath
    /// The directory's purpose, for messages.
    let what: String
    /// The links that lead to the directory, each at its own path.
    let links: [FilePath]

    init(_ path: FilePath, _ what: String) {
        self.path = ClosedDirectory.resolved(path)
        self.what = what
        var above: FilePath = "/"
        var links: [FilePath] = []
        for name in path.lexicallyNormalized().components {
            let next = above.appending(name)
            above = ClosedDirectory.resolved(next)
            if above != next { links.append(next) }
        }
        self.links = links
    }

    /// Whether the directory exists, or the user can create it; commands cannot do more than the user.
    var canExist: Bool {
        var path = path
        while FileProbe(path) == nil, path.removeLastComponent() {
            guard FileProbe(path) != nil else { continue }
            return unsafe path.withPlatformString { unsafe access($0, W_OK) } == 0
        }
        return true
    }

    /// Creates the directory if it is missing, because an empty one is mounted over it.
    func create() throws {
        do {
            _ = try DirectoryHandle.creating(PathBytes(path.string), access: .owner)
        } catch {
            throw SetupError("cannot create '\(path)', \(what): \(error)")
        }
    }

    /// Returns a path with the links of its existing part resolved.
    static func resolved(_ path: FilePath) -> FilePath {
        FilePath(Machine.resolved(PathBytes(path.string)).text).lexicallyNormalized()
    }
}
