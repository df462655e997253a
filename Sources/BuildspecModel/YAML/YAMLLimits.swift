/// Limits on the size of a buildspec; above a limit, parsing stops with an error instead of taking
/// long.
///
/// Real buildspecs are far smaller: the largest of 800 public ones has 20 KB and is 9 levels deep.
public struct YAMLLimits: Sendable, Equatable {
    /// The largest size in bytes.
    public var bytes: Int
    /// The deepest nesting of lists and mappings.
    public var depth: Int
    /// The largest number of nodes that aliases and merges can add in total.
    public var aliasNodes: Int

    /// Creates limits; the defaults are 1 MiB, 64 levels and 10,000 nodes.
    public init(bytes: Int = 1 << 20, depth: Int = 64, aliasNodes: Int = 10_000) {
        self.bytes = bytes
        self.depth = depth
        self.aliasNodes = aliasNodes
    }
}
