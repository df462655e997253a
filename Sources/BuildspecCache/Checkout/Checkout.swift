/// What of a tree comes from its checkout and so from no cache: the files that version control keeps.
///
/// A save leaves it out, and a restore neither replaces it nor brings it back. The `.git` of the root and
/// of each directory above it belongs to it always, also in a checkout of which nothing else is known.
/// Source: our choice; see K-24 in `docs/conformance.md`.
public struct Checkout: Sendable, Equatable {
    /// A directory whose files could not be listed.
    public struct Unlisted: Sendable, Equatable {
        /// Its path, relative to the root or absolute; empty for the root.
        public var path: [UInt8]
        /// Why, in a few words.
        public var reason: String

        /// Creates one.
        public init(path: [UInt8], reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    /// The files and links that version control keeps, on the disk or not.
    ///
    /// Paths relative to the root, each ended by a zero byte; those above the root begin with `../`.
    public var files: [UInt8]
    /// Further directories that have a `.git` of their own, such as submodules: relative or absolute.
    public var repositories: [[UInt8]]
    /// Directories that belong to version control with all that is in them: relative or absolute.
    public var closed: [[UInt8]]
    /// Where nobody can tell which files are sources: a restore replaces no file that is there.
    public var unlisted: [Unlisted]

    /// The files that version control neither keeps nor ignores, written as `files` are.
    ///
    /// Below a declared directory that holds tracked files they may be sources of tomorrow's commit: a
    /// restore replaces none of them.
    public var untracked: [UInt8]

    /// Creates a checkout; by default nothing but where `.git` is.
    public init(
        files: [UInt8] = [],
        untracked: [UInt8] = [],
        repositories: [[UInt8]] = [],
        closed: [[UInt8]] = [],
        unlisted: [Unlisted] = []
    ) {
        self.files = files
        self.untracked = untracked
        self.repositories = repositories
        self.closed = closed
        self.unlisted = unlisted
    }

    /// What is asked of version control.
    public struct Question: Sendable, Equatable {
        /// The first names of all paths that matter, such as `node_modules`; `nil` is every path.
        ///
        /// Nothing else need be found. Every path means those above the root too.
        public var names: [String]?
        /// Further repositories that declared paths lead into, relative to the root or absolute.
        public var repositories: [[UInt8]]

        /// Creates a question; by default after everything in the root's own repository.
        public init(names: [String]? = nil, repositories: [[UInt8]] = []) {
            self.names = names
            self.repositories = repositories
        }
    }

    /// Finds out what a tree's checkout is, when an operation comes to need it.
    public struct Finder: Sendable {
        let checkout: @Sendable (Question) async -> Checkout
        let work: @Sendable (_ directory: [UInt8]) async -> String?

        /// Creates a finder.
        ///
        /// - Parameters:
        ///   - checkout: says what of the root comes from version control.
        ///   - work: says of another repository in the declared paths, by its absolute path, whether it
        ///     holds work that is nowhere else, in words such as `with changed files`. A restore leaves
        ///     such a repository alone.
        public init(
            _ checkout: @escaping @Sendable (Question) async -> Checkout,
            work: @escaping @Sendable (_ directory: [UInt8]) async -> String? = { _ in nil }
        ) {
            self.checkout = checkout
            self.work = work
        }
    }

    /// Knows nothing but where `.git` is; for trees without version control.
    public static let unknown = Finder { _ in Checkout() }
}
