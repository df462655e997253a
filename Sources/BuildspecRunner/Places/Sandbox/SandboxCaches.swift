#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The cached directories outside of the sources that a sandbox lets commands write to.
    ///
    /// They are this machine's own, at their own paths, so what a build restores is there for the
    /// next one. A cached path is opened from its literal beginning: `/root/.m2/**/*` opens
    /// `/root/.m2`.
    struct SandboxCaches: Sendable {
        /// The directories by the names that commands have for them, links resolved outside, those
        /// above before those below.
        private(set) var directories: [(inside: FilePath, outside: FilePath)] = []
        /// Why a path cannot be cached.
        private(set) var refusals: [String: NotShared] = [:]

        /// Finds the directories and makes those that are missing.
        ///
        /// - Parameters:
        ///   - paths: the cached paths, relative to the source root or absolute.
        ///   - hidden: directories that the sandbox has of its own.
        init(_ paths: [String], hidden: [FilePath]) {
            var found: [FilePath: FilePath] = [:]
            for text in paths {
                do throws(NotShared) {
                    for pattern in FilePattern.parse(text) {
                        guard let start = try SandboxCaches.start(of: pattern) else { continue }
                        found[start] = try SandboxCaches.open(start, hidden)
                    }
                } catch {
                    refusals[text] = error
                }
            }
            directories = found.map { (inside: $0.key, outside: $0.value) }
                .sorted { $0.inside.components.count < $1.inside.components.count }
        }

        /// The literal beginning of a pattern; `nil` when it lies in the sources.
        private static func start(of pattern: FilePattern) throws(NotShared) -> FilePath? {
            if !pattern.isAbsolute {
                guard pattern.climbs == 0 else {
                    throw NotShared(
                        description: "in a sandbox nothing above the sources is shared; name a "
                            + "directory below them or an absolute path"
                    )
                }
                return nil
            }
            let names = pattern.literalNames.map { String(decoding: $0, as: UTF8.self) }
            let start = FilePath("/" + names.joined(separator: "/"))
            return start.starts(with: SandboxMounts.root) ? nil : start
        }

        private static func open(
            _ start: FilePath,
            _ hidden: [FilePath]
        ) throws(NotShared) -> FilePath {
            let own = SandboxMounts.own
            if let top = own.first(where: start.starts) {
                throw NotShared(description: "'\(top)' is the sandbox's own")
            }
            if let above = (hidden + own).first(where: { $0.starts(with: start) }) {
                throw NotShared(
                    description: "a sandbox would have to open '\(start)' for it, and has a "
                        + "'\(above)' of its own; name a directory that ends before the first wildcard"
                )
            }
            do {
                try makeDirectory(start)
                let place = try Machine.absolute(start)
                if unsafe access(place.text, W_OK) != 0 { throw Errno(rawValue: errno) }
                return FilePath(place.text)
            } catch {
                throw NotShared(
                    description: "a cache outside of the sources is a directory that the sandbox "
                        + "opens, and '\(start)' cannot be made or written: \(error)"
                )
            }
        }

        private static func makeDirectory(_ path: FilePath) throws {
            if let probe = PathProbe(path) {
                if !probe.isDirectory { throw Errno.notDirectory }
                return
            }
            try makeDirectory(path.removingLastComponent())
            guard
                unsafe path.withPlatformString({ unsafe mkdir($0, 0o755) }) == 0 || errno == EEXIST
            else { throw Errno(rawValue: errno) }
        }
    }
#endif
