import BuildspecModel
import Testing

extension TestBuild {
    /// A build of a buildspec's text.
    init(yaml text: String, sink: RecordingSink = RecordingSink()) throws {
        try self.init(try #require(Buildspec.parse(Array(text.utf8)).buildspec), sink: sink)
    }
}
