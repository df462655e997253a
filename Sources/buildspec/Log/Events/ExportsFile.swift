internal import BuildspecModel
internal import BuildspecRunner

/// The file of a build's exported variables.
struct ExportsFile {
    private let isJSON: Bool
    private let stream: StandardStream
    private let path: String

    /// Creates or empties the file before the build, so that its content is always from this build.
    ///
    /// A name that ends in `.json` makes the file JSON, any other dotenv. Only the owner can read
    /// the file, because values are not masked.
    init(_ path: String) throws {
        self.path = path
        isJSON = path.hasSuffix(".json")
        stream = try OutputFile.create(path, option: "--exports", isPrivate: true)
    }

    /// Writes the variables without masks, because the next job needs the values.
    ///
    /// Returns `false` after an error was printed.
    func write(_ variables: [ExportedVariable]) -> Bool {
        let text = isJSON ? ExportsFile.json(variables) : EnvironmentFile.text(of: variables)
        guard let failure = stream.writeReportingError(Array(text.utf8)) else { return true }
        StandardStream.error.write("error: --exports: cannot write '\(path)': \(failure)\n")
        return false
    }

    static func json(_ variables: [ExportedVariable]) -> String {
        JSONText.object(variables.map { ($0.name, .string($0.value)) }).pretty + "\n"
    }
}
