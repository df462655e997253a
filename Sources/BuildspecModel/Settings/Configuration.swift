/// What a user's file says of caches: places, limits, and how buckets are reached.
///
/// It is YAML as a buildspec is: no types, only texts.
public struct Configuration: Sendable, Equatable {
    /// Options of buckets: names and values, where each stands.
    public typealias BucketOptions = [String: Located<String>]

    /// Where the cache is, as `--cache` takes it.
    public var cache: Located<String>?
    /// The shared store behind it, as `--remote` takes it.
    public var remote: Located<String>?
    /// How large the local store may become.
    public var maxSize: Located<String>?
    /// How long an entry of the local store may be without use.
    public var maxAge: Located<String>?
    /// Options of all buckets.
    public var s3: BucketOptions = [:]
    /// Options of single buckets, by name.
    public var buckets: [String: BucketOptions] = [:]

    /// An empty configuration.
    public init() {}

    /// Reads a file.
    ///
    /// What would be a warning in a buildspec is an error here: a place that does not count, as under
    /// a key that is there twice, must not be taken for one that does.
    ///
    /// - Parameters:
    ///   - text: the bytes.
    ///   - bucketOptions: the names of all options that a bucket can have.
    /// - Returns: what it says, and all findings, which are errors; with one it is of no use.
    public static func parse(
        _ text: [UInt8],
        bucketOptions: [String]
    ) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        var reading = ConfigurationReading(bucketOptions: bucketOptions)
        reading.read(text)
        return (reading.configuration, reading.diagnostics.map(\.strict).inTextOrder)
    }
}
