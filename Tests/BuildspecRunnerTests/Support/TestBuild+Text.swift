import BuildspecModel
import Testing

extension TestBuild {
    /// Creates a build of a buildspec file's text.
    init(yaml text: String, sink: RecordingSink = RecordingSink()) throws {
        try self.init(try #require(Buildspec.parse(Array(text.utf8)).buildspec), sink: sink)
    }
}
