/// One report group: its files and their format (`reports.<group>`).
public struct ReportGroup: Sendable, Equatable {
    /// The name or ARN of the group as written, which can contain a variable such as `$REPORT_GROUP`.
    public var name: Located<String>
    /// Globs relative to the base directory, in file order.
    public var files: [Located<String>]
    /// The format in capitals, such as `JUNITXML`, or a text with a variable.
    public var fileFormat: Located<String>?
    /// The directory in which `files` start, which can be a glob; `nil` is the source root.
    public var baseDirectory: Located<String>?
    /// Whether the files are stored by their base names, without directories.
    public var discardPaths: Bool

    /// Creates a report group.
    public init(
        name: Located<String>,
        files: [Located<String>],
        fileFormat: Located<String>? = nil,
        baseDirectory: Located<String>? = nil,
        discardPaths: Bool = false
    ) {
        self.name = name
        self.files = files
        self.fileFormat = fileFormat
        self.baseDirectory = baseDirectory
        self.discardPaths = discardPaths
    }
}
