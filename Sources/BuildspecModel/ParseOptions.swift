/// How strictly a buildspec is read.
public struct ParseOptions: Sendable, Equatable {
    /// Whether what nobody knows CodeBuild's answer to, such as an unknown phase or `Commands` for
    /// `commands`, is a warning and ignored, instead of an error.
    public var isLenient: Bool
    /// Whether the file is to be started as a batch; if not, as CodeBuild ignores `batch` in a
    /// single build, what is wrong in it is only a warning.
    public var startsBatch: Bool
    /// How much the text may hold.
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
