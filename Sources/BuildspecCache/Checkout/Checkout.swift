/// The files of a tree that git tracks, and that the cache leaves out.
///
/// A save does not store them, and a restore neither replaces nor restores them. The `.git` of the
/// root and of each directory above it always belongs to the checkout, also if nothing else is
/// known of it. Source: choice; see K-24 in `docs/conformance.md`.
public struct Checkout: Sendable, Equatable {
    /// A directory whose files could not be listed.
    public struct Unlisted: Sendable, Equatable {
        /// The path of the directory, relative to the root or absolute; empty for the root.
        public var path: [UInt8]
        /// A short reason.
        public var reason: String

        /// Creates a directory whose files could not be listed.
        public init(path: [UInt8], reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    /// The tracked files and links, whether or not they exist.
    ///
    /// Their paths are relative to the root, and each ends with a zero byte; those above the root
    /// begin with `../`.
    public var files: [UInt8]
    /// Other directories that have a `.git`, such as submodules: relative or absolute.
    public var repositories: [[UInt8]]
    /// Directories that belong to the checkout with all files in them: relative or absolute.
    public var excluded: [[UInt8]]
    /// Directories with unknown sources, in which a restore replaces no existing file.
    public var unlisted: [Unlisted]

    /// The files that git neither tracks nor ignores, in the form of `files`.
    ///
    /// In a declared directory with tracked files they can be new sources, which a restore keeps.
    public var untracked: [UInt8]

    /// Creates a checkout; by default one of which only `.git` is known.
    public init(
        files: [UInt8] = [],
        untracked: [UInt8] = [],
        repositories: [[UInt8]] = [],
        excluded: [[UInt8]] = [],
        unlisted: [Unlisted] = []
    ) {
        self.files = files
        self.untracked = untracked
        self.repositories = repositories
        self.excluded = excluded
        self.unlisted = unlisted
    }

    /// The files to find in a checkout.
    public struct Request: Sendable, Equatable {
        /// The first names of all paths that matter, such as `node_modules`; `nil` is every path.
        ///
        /// Other paths need not be found. Every path includes those above the root.
        public var names: [String]?
        /// Other repositories that declared paths lead into, relative to the root or absolute.
        public var repositories: [[UInt8]]

        /// Creates a request; by default for all paths in the root's repository.
        public init(names: [String]? = nil, repositories: [[UInt8]] = []) {
            self.names = names
            self.repositories = repositories
        }
    }

    /// The functions that find the checkout of a tree when an operation needs it.
    public struct Finder: Sendable {
        let checkout: @Sendable (Request) async -> Checkout
        let unsavedWork: @Sendable (_ directory: [UInt8]) async -> String?

        /// Creates a finder.
        ///
        /// - Parameters:
        ///   - checkout: Finds the files of the root that git tracks.
        ///   - unsavedWork: Describes the work in another repository, by its absolute path, that
        ///     exists nowhere else, such as `with changed files`; `nil` without such work. A restore
        ///     does not change a repository with unsaved work.
        public init(
            _ checkout: @escaping @Sendable (Request) async -> Checkout,
            unsavedWork: @escaping @Sendable (_ directory: [UInt8]) async -> String? = { _ in nil }
        ) {
            self.checkout = checkout
            self.unsavedWork = unsavedWork
        }
    }

    /// A finder for trees without git, which knows only `.git`.
    public static let unknown = Finder { _ in Checkout() }
}
