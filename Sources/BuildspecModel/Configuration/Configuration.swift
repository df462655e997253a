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
    /// - Parameters:
    ///   - text: the bytes.
    ///   - bucketOptions: the names of all options that a bucket can have.
    /// - Returns: what it says, and all findings; with an error among them it is of no use.
    public static func parse(
        _ text: [UInt8],
        bucketOptions: [String]
    ) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        var reading = ConfigurationReading(bucketOptions: bucketOptions)
        reading.read(text)
        let diagnostics = reading.diagnostics.inTextOrder.map { diagnostic in
            var diagnostic = diagnostic
            diagnostic.message = diagnostic.message.replacing("a buildspec", with: "the file")
            // CodeBuild never sees this file.
            diagnostic.codeBuild = nil
            return diagnostic
        }
        return (reading.configuration, diagnostics)
    }
}
