/// A change whose author is not trusted: a pull request from a fork.
public struct UntrustedChange: Sendable, Equatable {
    /// The name of the change in the repository, such as `pr-7`.
    public var name: String
    /// The CI system that reports the change, such as `GitHub Actions`.
    public var reporter: String
    /// Whether the CI system reports that the change comes from a fork, and not only that it may.
    public var isKnownFork: Bool
    /// The address of the repository that the change comes from, if it is known.
    public var source: String?
    /// The address of the repository that the change is for, if it is known.
    public var target: String?

    /// Creates a change.
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
