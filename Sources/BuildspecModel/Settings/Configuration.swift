/// A user's configuration of caches: locations, limits, and options of buckets.
///
/// The file is YAML like a buildspec: values are texts without types.
public struct Configuration: Sendable, Equatable {
    /// Options of a bucket: values with their positions, by name.
    public typealias BucketOptions = [String: Located<String>]

    /// The location of the cache, as a value of `--cache`.
    public var cache: Located<String>?
    /// The shared store, as a value of `--remote`.
    public var remote: Located<String>?
    /// The largest size of the local store.
    public var maxSize: Located<String>?
    /// The longest time that the local store keeps an unused entry.
    public var maxAge: Located<String>?
    /// Options that apply to all buckets.
    public var s3: BucketOptions = [:]
    /// Options of single buckets, by the name of the bucket.
    public var buckets: [String: BucketOptions] = [:]

    /// Creates an empty configuration.
    public init() {}

    /// Parses a configuration file.
    ///
    /// A warning in a buildspec is an error here, because a value without effect, such as one under a
    /// duplicate key, must not look effective.
    ///
    /// - Parameters:
    ///   - text: The bytes of the file.
    ///   - bucketOptions: The names of all options that a bucket can have.
    /// - Returns: The configuration, and all findings. All findings are errors; with one, the
    ///   configuration must not be used.
    public static func parse(
        _ text: [UInt8],
        bucketOptions: [String]
    ) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        var reader = ConfigurationReader(bucketOptions: bucketOptions)
        reader.read(text)
        return (reader.configuration, reader.diagnostics.map(\.strict).inTextOrder)
    }
}
