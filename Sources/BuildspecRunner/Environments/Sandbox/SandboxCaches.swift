#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The directories outside of the sources that a sandbox lets commands write to: those that the
    /// buildspec caches and may, and those that `--sandbox-write` names.
    ///
    /// They are this machine's own, at their own paths, so what a build restores is there for the
    /// next one. A cached path is opened from its literal beginning: `/root/.m2/**/*` opens
    /// `/root/.m2`.
    struct SandboxCaches: Sendable {
        /// The directories by the names that commands have for them, links resolved outside, those
        /// above before those below.
        private(set) var directories: [(inside: FilePath, outside: FilePath)] = []
        /// Why a path cannot be cached.
        private(set) var refusals: [String: UnreachablePath] = [:]
        /// What the log tells of them, one line each.
        private(set) var notes: [String] = []

        private let allowed: UsualCaches
        private let hidden: [FilePath]

        /// Finds the directories and makes those that are missing.
        ///
        /// - Parameters:
        ///   - paths: the cached paths, relative to the source root or absolute.
        ///   - named: what is to be opened whatever is cached.
        ///   - allowed: what cached paths may open.
        ///   - hidden: directories that the sandbox has of its own.
        /// - Throws: `SetupError` when one of `named` cannot be opened.
        init(
            _ paths: [String],
            named: [FilePath],
            allowed: UsualCaches,
            hidden: [FilePath]
        ) throws {
            self.allowed = allowed
            self.hidden = hidden
            var found: [FilePath: FilePath] = [:]
            for path in named {
                do throws(UnreachablePath) {
                    let start = path.lexicallyNormalized()
                    let remedy = "name a directory that does not hold it"
                    found[start] = try opened(start, orElse: remedy)
                } catch {
                    throw SetupError(sandbox: "--sandbox-write '\(path)': \(error)")
                }
            }
            for text in paths {
                do throws(UnreachablePath) {
                    for start in try starts(of: text) { found[start] = try opened(start) }
                } catch {
                    refusals[text] = error
                }
            }
            directories = found.map { (inside: $0.key, outside: $0.value) }
                .sorted {
                    ($0.inside.components.count, $0.inside.string)
                        < ($1.inside.components.count, $1.inside.string)
                }
            notes = directories.map { inside, outside in
                let link = inside == outside ? "" : ", which is '\(outside)'"
                return "sandbox: commands can write to '\(inside)' of this machine\(link)"
            }
        }

        /// Checks that the sandbox has opened what a path to be cached needs.
        ///
        /// - Throws: `UnreachablePath`.
        func check(_ path: String) throws(UnreachablePath) {
            if let refusal = refusals[path] { throw refusal }
            for start in try starts(of: path)
            where !directories.contains(where: { start.starts(with: $0.inside) }) {
                throw UnreachablePath(
                    description: "'\(start)' is not open, because the sandbox is made before "
                        + "CodeBuild's variables are set; use none of them outside of the sources"
                )
            }
        }

        /// What a path to be cached opens; nothing for what lies in the sources.
        private func starts(of path: String) throws(UnreachablePath) -> [FilePath] {
            var starts: [FilePath] = []
            for pattern in FilePattern.parse(path) {
                guard let start = try SandboxCaches.start(of: pattern) else { continue }
                try check(start, of: pattern)
                starts.append(start)
            }
            return starts
        }

        /// The literal beginning of a pattern; `nil` when it lies in the sources.
        private static func start(of pattern: FilePattern) throws(UnreachablePath) -> FilePath? {
            if !pattern.isAbsolute {
                guard pattern.climbs == 0 else {
                    throw UnreachablePath(
                        description: "in a sandbox nothing above the sources is shared; name a "
                            + "directory below them or an absolute path"
                    )
                }
                return nil
            }
            let names = pattern.literalNames.map { String(decoding: $0, as: UTF8.self) }
            var start = FilePath("/" + names.joined(separator: "/"))
            start.lexicallyNormalize()
            return start.starts(with: SandboxMounts.root) ? nil : start
        }

        /// Whether a buildspec may open a directory.
        private func check(_ start: FilePath, of pattern: FilePattern) throws(UnreachablePath) {
            try checkRoom(start)
            let place = UsualCaches.settled(start)
            guard !allowed.include(place) else { return }
            let link = place == start ? "" : ", which is '\(place)',"
            throw UnreachablePath(
                description:
                    "for it commands could write to '\(start)'\(link) of this machine, which "
                    + "is none of the usual cache directories; '--sandbox-write \(place)' allows that"
            )
        }

        /// Whether there is room in the sandbox for a directory of this machine.
        private func checkRoom(
            _ start: FilePath,
            orElse remedy: String = "name a directory that ends before the first wildcard"
        ) throws(UnreachablePath) {
            let own = SandboxMounts.own
            if let top = own.first(where: start.starts) {
                throw UnreachablePath(description: "'\(top)' is the sandbox's own")
            }
            for place in [start, UsualCaches.settled(start)] {
                guard let above = (hidden + own).first(where: { $0.starts(with: place) }) else {
                    continue
                }
                throw UnreachablePath(
                    description: "a sandbox would have to open '\(place)' for it, and has a "
                        + "'\(above)' of its own; \(remedy)"
                )
            }
        }

        private func opened(
            _ start: FilePath,
            orElse remedy: String? = nil
        ) throws(UnreachablePath) -> FilePath {
            if let remedy { try checkRoom(start, orElse: remedy) }
            do {
                let place = UsualCaches.settled(start)
                try SandboxCaches.makeDirectory(place)
                // A link that leads nowhere is no directory, whatever was made.
                guard try Machine.absolute(start).text == place.string else {
                    throw Errno.notDirectory
                }
                if unsafe access(place.string, W_OK) != 0 { throw Errno(rawValue: errno) }
                return place
            } catch {
                throw UnreachablePath(
                    description: "a cache outside of the sources is a directory that the sandbox "
                        + "opens, and '\(start)' cannot be made or written: \(error)"
                )
            }
        }

        private static func makeDirectory(_ path: FilePath) throws {
            if let probe = FileProbe(path) {
                if !probe.isDirectory { throw Errno.notDirectory }
                return
            }
            let above = path.removingLastComponent()
            try makeDirectory(above)
            let isNew = unsafe path.withPlatformString { unsafe mkdir($0, 0o755) } == 0
            guard isNew || errno == EEXIST else { throw Errno(rawValue: errno) }
            // Root makes it in somebody's home for that user.
            guard isNew, geteuid() == 0 else { return }
            let owner = try FileOwner.of(above)
            _ = unsafe path.withPlatformString { unsafe lchown($0, owner, gid_t.max) }
        }
    }

    extension SandboxCaches {
        /// Shows them, without the credentials that lie among them.
        ///
        /// - Parameters:
        ///   - mounts: the sandbox, which has its own directories already.
        ///   - own: those directories.
        /// - Throws: `Errno`.
        func show(in mounts: inout SandboxMounts, with own: SandboxDirectories) throws {
            for (inside, outside) in directories {
                // A link in a hidden directory is not there to be followed.
                for place in Set([outside] + (mounts.hides(inside) ? [inside] : [])) {
                    try own.makeWay(to: place)
                    mounts.show(outside, at: place, isWritable: true)
                }
            }
            let secrets = allowed.secrets.filter { secret in
                directories.contains { secret.starts(with: $0.outside) }
            }
            for secret in secrets { mounts.show(mounts.empty, at: secret) }
            for place in allowed.programs
            where directories.contains(where: { place.starts(with: $0.outside) }) {
                // One that is missing would be made by a command.
                try SandboxCaches.makeDirectory(place)
                if UsualCaches.settled(place) == place { mounts.show(place) }
            }
        }
    }
#endif
