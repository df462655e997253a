/// Options of parsing: how strict it is, and its limits.
public struct ParseOptions: Sendable, Equatable {
    /// Whether input for which CodeBuild's behaviour is unknown is ignored with a warning.
    ///
    /// Such input, for example an unknown phase or `Commands` for `commands`, is an error otherwise.
    public var isLenient: Bool
    /// Whether the file will be started as a batch.
    ///
    /// If not, problems in `batch` are only warnings, because CodeBuild ignores `batch` in a single
    /// build.
    public var startsBatch: Bool
    /// The limits on the size of the text and its tree.
    public var limits: YAMLLimits

    /// Creates options; the defaults are those of a single build.
    public init(
        isLenient: Bool = false,
        startsBatch: Bool = false,
        limits: YAMLLimits = YAMLLimits()
    ) {
        self.isLenient = isLenient
        self.startsBatch = startsBatch
        self.limits = limits
    }
}
