/// The `cache` section: the paths and the key of a cache entry.
public struct CacheSection: Sendable, Equatable {
    /// The only part of caching that is done (`action`).
    public enum Action: String, Sendable, CaseIterable {
        case restore
        case save
    }

    /// Globs, relative to the source root or absolute, in file order.
    public var paths: [Located<String>]
    /// The text of the key, before `$NAME` and `$(command)` are evaluated.
    public var key: Located<String>?
    /// Prefixes that are tried in order if the key has no entry; at most five, ignored without a key.
    public var fallbackKeys: [Located<String>]
    /// The part of caching that is done; `nil` is both restore and save.
    public var action: Action?

    /// Creates a `cache` section.
    public init(
        paths: [Located<String>],
        key: Located<String>? = nil,
        fallbackKeys: [Located<String>] = [],
        action: Action? = nil
    ) {
        self.paths = paths
        self.key = key
        self.fallbackKeys = fallbackKeys
        self.action = action
    }
}
