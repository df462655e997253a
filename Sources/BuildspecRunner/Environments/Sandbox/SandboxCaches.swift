#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The directories outside of the sources that commands of a sandbox can write to: usual cache
    /// directories that the buildspec file caches, and the directories of `--sandbox-write`.
    ///
    /// They are this machine's directories at their own paths, so the next build finds what a build
    /// restored. A pattern opens its literal prefix: `/root/.npm/**/*` opens `/root/.npm`. If that is the
    /// directory of a tool, it opens the usual cache directories there: `/root/.m2/**/*` opens
    /// `/root/.m2/repository`.
    struct SandboxCaches: Sendable {
        /// The directories with their paths inside, and outside with links resolved; parents come first.
        private(set) var directories: [(inside: FilePath, outside: FilePath)] = []
        /// The reasons why paths cannot be cached, by path.
        private(set) var refusals: [String: UnreachablePath] = [:]
        private(set) var notes: [String] = []

        private let usualCaches: UsualCaches
        private let hiddenPaths: [FilePath]
        private let closed: [ClosedDirectory]

        /// Finds the directories of cached paths, and creates the missing ones.
        ///
        /// The directories of `named` are opened whatever is cached. If that fails, the error is a
        /// `SetupError`. The sandbox hides `hiddenPaths` by its own directories. No path opens a directory
        /// of `closed`.
        init(
            _ paths: [String],
            named: [FilePath],
            usualCaches: UsualCaches,
            hiddenPaths: [FilePath],
            closed: [ClosedDirectory]
        ) throws {
            self.usualCaches = usualCaches
            self.hiddenPaths = hiddenPaths
            self.closed = closed
            var found: [FilePath: FilePath] = [:]
            var narrowed: [FilePath: [FilePath]] = [:]
            for path in named {
                do throws(UnreachablePath) {
                    let start = path.lexicallyNormalized()
                    let remedy = "name a directory that does not contain it"
                    try checkConflicts(start, remedy: remedy)
                    try checkClosed(start)
                    let target = ClosedDirectory.resolved(start)
                    if let inside = closed.first(where: { $0.path.starts(with: target) }) {
                        throw UnreachablePath(
                            description:
                                "commands could write to \(inside.what), '\(inside.path)'; \(remedy)"
                        )
                    }
                    found[start] = try open(start)
                } catch {
                    throw SetupError(sandbox: "--sandbox-write '\(path)': \(error)")
                }
            }
            for text in paths {
                do throws(UnreachablePath) {
                    for opening in try openings(of: text) {
                        for start in opening.directories { found[start] = try open(start) }
                        if opening.isNarrowed { narrowed[opening.prefix] = opening.directories }
                    }
                } catch {
                    refusals[text] = error
                }
            }
            directories = found.map { (inside: $0.key, outside: $0.value) }
                .sorted {
                    ($0.inside.components.count, $0.inside.string)
                        < ($1.inside.components.count, $1.inside.string)
                }
            let parts = Set(narrowed.values.joined())
            notes = directories.filter { !parts.contains($0.inside) }.map { inside, outside in
                let link = inside == outside ? "" : ", which is '\(outside)'"
                return "sandbox: commands can write to '\(inside)' of this machine\(link)"
            }
            notes += narrowed.sorted { $0.key.string < $1.key.string }.map { prefix, parts in
                let names = parts.map { "'\($0)'" }.joined(separator: ", ")
                return
                    "sandbox: commands can write to \(names) of this machine; the rest of '\(prefix)' is "
                    + "not open and not cached"
            }
        }

        /// Returns the patterns that are cached for a path, in the directories that the sandbox has opened.
        func patterns(of path: String) throws(UnreachablePath) -> [String] {
            if let refusal = refusals[path] { throw refusal }
            let openings = try openings(of: path)
            for start in openings.flatMap(\.directories)
            where !directories.contains(where: { start.starts(with: $0.inside) }) {
                throw UnreachablePath(
                    description:
                        "'\(start)' is not open: the sandbox is created before CodeBuild's "
                        + "variables are set; do not use them outside of the sources"
                )
            }
            guard openings.contains(where: \.isNarrowed) else { return [path] }
            return openings.flatMap(\.patterns).map(\.declaration)
        }

        /// The directories that a pattern opens; none if the pattern is in the sources.
        private struct Opening {
            var pattern: FilePattern
            var prefix: FilePath
            var directories: [FilePath] = []

            /// Whether the pattern opens only parts of a tool's directory.
            var isNarrowed: Bool { !directories.isEmpty && directories != [prefix] }

            /// The patterns of the files that are cached.
            var patterns: [FilePattern] {
                guard isNarrowed else { return [pattern] }
                return directories.flatMap { pattern.narrowed(to: PathBytes($0.string)) }
            }
        }

        private func openings(of path: String) throws(UnreachablePath) -> [Opening] {
            var openings: [Opening] = []
            for pattern in FilePattern.parse(path) {
                var opening = Opening(pattern: pattern, prefix: SandboxMounts.root)
                if let prefix = try SandboxCaches.literalPrefix(of: pattern) {
                    opening.prefix = prefix
                    opening.directories = try directories(for: prefix)
                }
                openings.append(opening)
            }
            return openings
        }

        /// Returns the literal prefix of a pattern; `nil` if the prefix is in the sources.
        private static func literalPrefix(
            of pattern: FilePattern
        ) throws(UnreachablePath) -> FilePath? {
            if !pattern.isAbsolute {
                guard pattern.leadingParents == 0 else {
                    throw UnreachablePath(
                        description: "in a sandbox nothing above the sources is shared; name a "
                            + "directory below them or an absolute path"
                    )
                }
                return nil
            }
            let names = pattern.literalNames.map { String(decoding: $0, as: UTF8.self) }
            var prefix = FilePath("/" + names.joined(separator: "/"))
            prefix.lexicallyNormalize()
            return prefix.starts(with: SandboxMounts.root) ? nil : prefix
        }

        /// Returns the directories that the buildspec file alone can open for a literal prefix.
        private func directories(
            for directory: FilePath
        ) throws(UnreachablePath) -> [FilePath] {
            try checkConflicts(
                directory,
                remedy: "name a directory that ends before the first wildcard"
            )
            let target = ClosedDirectory.resolved(directory)
            guard !usualCaches.contain(target) else {
                try checkClosed(directory)
                return [directory]
            }
            var parts: [FilePath] = []
            for part in usualCaches.parts(of: target) {
                let names = part.components.dropFirst(target.components.count)
                parts += try directories(for: directory.appending(names))
            }
            guard parts.isEmpty else { return parts }
            let link = target == directory ? "" : ", which is '\(target)',"
            throw UnreachablePath(
                description:
                    "commands could write to '\(directory)'\(link) of this machine, which is not a "
                    + "usual cache directory; '--sandbox-write \(target)' allows that"
            )
        }

        /// Checks that a directory is not a closed one or inside of one, and that commands could not replace
        /// a link that leads to a closed one.
        private func checkClosed(_ directory: FilePath) throws(UnreachablePath) {
            let target = ClosedDirectory.resolved(directory)
            for closed in closed {
                if target.starts(with: closed.path) {
                    throw UnreachablePath(
                        description:
                            "'\(closed.path)' is \(closed.what), which commands must not change"
                    )
                }
                if let link = closed.links.first(where: { $0.starts(with: target) }) {
                    throw UnreachablePath(
                        description: "commands could replace the link '\(link)', by which "
                            + "\(closed.what) is found; name '\(closed.path)' for it"
                    )
                }
            }
        }

        /// Checks that a directory of this machine does not contain one that the sandbox hides.
        private func checkConflicts(_ directory: FilePath, remedy: String) throws(UnreachablePath) {
            if let top = SandboxMounts.sandboxPaths.first(where: directory.starts) {
                throw UnreachablePath(description: "'\(top)' belongs to the sandbox")
            }
            let ownPaths = hiddenPaths + SandboxMounts.sandboxPaths
            for path in [directory, ClosedDirectory.resolved(directory)] {
                if let hidden = ownPaths.first(where: { $0.starts(with: path) }) {
                    throw UnreachablePath(
                        description: "the sandbox cannot open '\(path)', because it has its own "
                            + "'\(hidden)'; \(remedy)"
                    )
                }
            }
        }

        /// Creates a directory if it is missing, checks that this user can write to it, and returns its
        /// path with links resolved.
        private func open(_ directory: FilePath) throws(UnreachablePath) -> FilePath {
            do {
                let target = ClosedDirectory.resolved(directory)
                try SandboxCaches.createDirectory(target)
                // After creating the target, a link that leads nowhere is still not a directory.
                guard try Machine.absolute(directory).text == target.string else {
                    throw Errno.notDirectory
                }
                if unsafe access(target.string, W_OK) != 0 { throw Errno(rawValue: errno) }
                return target
            } catch {
                throw UnreachablePath(
                    description:
                        "the sandbox cannot create or write '\(directory)', a cache outside "
                        + "of the sources: \(error)"
                )
            }
        }

        private static func createDirectory(_ path: FilePath) throws {
            if let probe = FileProbe(path) {
                if !probe.isDirectory { throw Errno.notDirectory }
                return
            }
            let above = path.removingLastComponent()
            try createDirectory(above)
            let isNew = unsafe path.withPlatformString { unsafe mkdir($0, 0o755) } == 0
            guard isNew || errno == EEXIST else { throw Errno(rawValue: errno) }
            // In a user's home, root creates the directory for that user.
            guard isNew, geteuid() == 0 else { return }
            let owner = try FileOwner.of(above)
            _ = unsafe path.withPlatformString { unsafe lchown($0, owner, gid_t.max) }
        }
    }

    extension SandboxCaches {
        /// Adds the directories to a sandbox's mounts.
        ///
        /// The private directories must have been added to the mounts before.
        func show(in mounts: inout SandboxMounts, _ privateDirectories: SandboxDirectories) throws {
            for (inside, outside) in directories {
                // Commands do not see a link in a hidden directory, so the link's path is mounted too.
                for path in Set([outside] + (mounts.hides(inside) ? [inside] : [])) {
                    try privateDirectories.createParents(of: path)
                    mounts.show(outside, at: path, isWritable: true)
                }
            }
        }
    }
#endif
