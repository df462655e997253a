#if os(Linux)
    internal import BuildspecFiles
    internal import SystemPackage

    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Musl
    #endif

    /// The private directories of a sandbox for temporary files and homes, which hide this machine's.
    struct SandboxDirectories: Sendable {
        private struct Directory: Sendable {
            var inside: FilePath
            var outside: FilePath
            /// The owner; `nil` for the user that runs the build.
            var user: UserAccount?
        }

        private var directories: [Directory] = []
        private let privateDirectory: PrivateDirectory

        /// Creates the directories in the build's private directory.
        init(
            homes: [(path: String, user: UserAccount?)],
            in directory: PrivateDirectory
        ) throws(Errno) {
            privateDirectory = directory
            for (path, name) in [("/tmp", "tmp"), ("/var/tmp", "var-tmp")] {
                guard let inside = SandboxDirectories.resolved(path), !paths.contains(inside) else {
                    continue
                }
                directories.append(
                    Directory(inside: inside, outside: try directory.createSharedDirectory(name))
                )
            }
            for (path, user) in homes {
                guard let inside = SandboxDirectories.resolved(path), !paths.contains(inside),
                    SandboxDirectories.isHome(inside, of: user?.userID ?? geteuid())
                else { continue }
                let home = try directory.createDirectory("home-\(directories.count)", of: user)
                directories.append(Directory(inside: inside, outside: home, user: user))
            }
        }

        /// The paths at which commands see the directories.
        var paths: [FilePath] { directories.map(\.inside) }

        /// Adds the directories to a sandbox's mounts.
        func show(in mounts: inout SandboxMounts) throws(Errno) {
            // A home may lie in another directory of these, but not the other way round.
            let outermostFirst = directories.sorted {
                $0.inside.components.count < $1.inside.components.count
            }
            for directory in outermostFirst {
                try createParents(of: directory.inside)
                mounts.show(directory.outside, at: directory.inside, isWritable: true)
            }
        }

        /// Creates the parent directories of a mount point in one of these directories.
        ///
        /// Bubblewrap would create them as root, and other users could not enter them.
        func createParents(of path: FilePath) throws(Errno) {
            let above = directories.filter { path != $0.inside && path.starts(with: $0.inside) }
            guard
                let nearest = above.max(by: {
                    $0.inside.components.count < $1.inside.components.count
                })
            else { return }
            var parent = nearest.outside
            for name in path.components.dropFirst(nearest.inside.components.count).dropLast() {
                parent.append(name)
                if FileProbe(parent) == nil {
                    try privateDirectory.createTraversableDirectory(parent, of: nearest.user)
                }
            }
        }

        /// Creates the empty file that is mounted over files that commands must not read.
        func createEmptyFile() throws -> FilePath {
            let file = privateDirectory.path.appending("empty")
            try SmallFile.write("", to: file, permissions: [.ownerRead, .groupRead, .otherRead])
            return file
        }

        /// Creates the empty directory that is mounted over directories that commands must not write to.
        func createEmptyDirectory() throws(Errno) -> FilePath {
            try privateDirectory.createOpenDirectory("empty-directory")
        }

        /// Returns the directory at a path, links resolved; `nil` if it does not exist.
        private static func resolved(_ path: String) -> FilePath? {
            guard path.hasPrefix("/"), FileProbe(FilePath(path))?.isDirectory == true,
                let real = try? Machine.absolute(FilePath(path))
            else { return nil }
            return FilePath(real.text)
        }

        /// Returns whether a directory is a user's home and not a system directory that programs need.
        ///
        /// Root can read all homes, so its `HOME` may be another user's, as after `sudo -E`. System
        /// accounts name directories such as `/` or `/usr/sbin` as their home.
        private static func isHome(_ path: FilePath, of user: uid_t) -> Bool {
            guard let owner = try? FileOwner.of(path), owner == user || user == 0,
                let first = path.components.first?.string
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
