/// A change of somebody whose code is built and not trusted: a pull request from a fork.
public struct UntrustedChange: Sendable, Equatable {
    /// What it is called within the repository, such as `pr-7`.
    public var name: String
    /// Who says so, such as `GitHub Actions`.
    public var reporter: String
    /// Whether the reporter says that it comes from a fork, and not only that it may.
    public var isKnownFork: Bool
    /// The address of the repository that it comes from, if that is known.
    public var source: String?
    /// The address of the repository that it is to be merged into, if that is known.
    public var target: String?

    /// Creates a change.
    ///
    /// - Parameters:
    ///   - name: what it is called within the repository.
    ///   - reporter: who says so.
    ///   - isKnownFork: whether the reporter says that it comes from a fork.
    ///   - source: the address of the repository that it comes from.
    ///   - target: the address of the repository that it is to be merged into.
    public init(
        name: String,
        reporter: String,
        isKnownFork: Bool = true,
        source: String? = nil,
        target: String? = nil
    ) {
        self.name = name
        self.reporter = reporter
        self.isKnownFork = isKnownFork
        self.source = source
        self.target = target
    }
}
