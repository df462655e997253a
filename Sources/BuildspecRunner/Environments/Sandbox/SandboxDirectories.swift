#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The directories that a sandbox has of its own where the machine's are hidden: for temporary
    /// files, and as homes.
    struct SandboxDirectories: Sendable {
        /// One of them.
        private struct Own: Sendable {
            /// Where commands see it.
            var inside: FilePath
            /// Where it is.
            var outside: FilePath
            /// Whose it is.
            var user: UserAccount?
        }

        private var all: [Own] = []
        private let directory: PrivateDirectory

        /// Makes them.
        ///
        /// - Parameters:
        ///   - homes: home directories and the users they are of.
        ///   - directory: the build's private directory, in which they are made.
        /// - Throws: `Errno`.
        init(
            homes: [(path: String, user: UserAccount?)],
            in directory: PrivateDirectory
        ) throws(Errno) {
            self.directory = directory
            for (path, name) in [("/tmp", "tmp"), ("/var/tmp", "var-tmp")] {
                guard let place = SandboxDirectories.real(path), !paths.contains(place) else {
                    continue
                }
                all.append(Own(inside: place, outside: try directory.createSharedDirectory(name)))
            }
            for (path, user) in homes {
                guard let place = SandboxDirectories.real(path), !paths.contains(place),
                    SandboxDirectories.isHome(place, of: user?.userID ?? geteuid())
                else { continue }
                let home = try directory.createDirectory("home-\(all.count)", of: user)
                all.append(Own(inside: place, outside: home, user: user))
            }
        }

        /// Where commands see them.
        var paths: [FilePath] { all.map(\.inside) }

        /// Shows them.
        ///
        /// - Throws: `Errno`.
        func show(in mounts: inout SandboxMounts) throws(Errno) {
            // A home may lie in another directory of these, but not the other way round.
            for own in all.sorted(by: { $0.inside.components.count < $1.inside.components.count }) {
                try makeWay(to: own.inside)
                mounts.show(own.outside, at: own.inside, isWritable: true)
            }
        }

        /// Makes the directories above something that is shown in one of these, which bubblewrap would
        /// make as root's and closed to others.
        ///
        /// - Throws: `Errno`.
        func makeWay(to path: FilePath) throws(Errno) {
            let above = all.filter { path != $0.inside && path.starts(with: $0.inside) }
            guard
                let own = above.max(by: { $0.inside.components.count < $1.inside.components.count })
            else { return }
            var place = own.outside
            for name in path.components.dropFirst(own.inside.components.count).dropLast() {
                place.append(name)
                if FileProbe(place) == nil {
                    try directory.createWay(place, of: own.user)
                }
            }
        }

        /// A file that shows nothing, in place of one that is not to be seen.
        ///
        /// - Throws: `Errno`.
        func emptyFile() throws -> FilePath {
            let file = directory.path.appending("empty")
            try SmallFile.write("", to: file, permissions: [.ownerRead, .groupRead, .otherRead])
            return file
        }

        /// The directory at a path, links resolved.
        private static func real(_ path: String) -> FilePath? {
            guard path.hasPrefix("/"), FileProbe(FilePath(path))?.isDirectory == true,
                let real = try? Machine.absolute(FilePath(path))
            else { return nil }
            return FilePath(real.text)
        }

        /// Whether a directory is a user's own and nothing that programs need.
        ///
        /// Root may read everybody's, so its `HOME` may be somebody else's, as `sudo -E` leaves it.
        /// System accounts name `/`, `/usr/sbin` or the like as their home.
        private static func isHome(_ path: FilePath, of user: uid_t) -> Bool {
            var status = stat()
            guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0,
                status.st_uid == user || user == 0, let first = path.components.first?.string
            else { return false }
            let system: Set = [
                "bin", "boot", "codebuild", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc",
                "sbin", "sys", "usr",
            ]
            let containers: Set = ["home", "media", "mnt", "opt", "run", "srv", "var"]
            return !system.contains(first)
                && !(path.components.count == 1 && containers.contains(first))
        }
    }
#endif
