internal import BuildspecModel
internal import BuildspecRunner

/// The file that hands a build's exported variables on.
struct ExportsFile {
    private let isJSON: Bool
    private let stream: StandardStream
    private let path: String

    /// Creates the file, or empties it, before the build: what is in it is always this build's, and
    /// only its owner may read it, because values are not masked.
    ///
    /// - Parameter path: its path; a name that ends in `.json` makes it JSON, any other dotenv.
    /// - Throws: `ValidationError` when it cannot be opened.
    init(_ path: String) throws {
        self.path = path
        isJSON = path.hasSuffix(".json")
        stream = try OutputFile.create(path, option: "--exports", isPrivate: true)
    }

    /// Writes the variables; values are not masked, as what they are handed to needs them.
    ///
    /// - Returns: whether it could; what is wrong has been said.
    func write(_ variables: [ExportedVariable]) -> Bool {
        let text = isJSON ? ExportsFile.json(variables) : EnvironmentFile.text(of: variables)
        guard let obstacle = stream.obstacle(toWriting: Array(text.utf8)) else { return true }
        StandardStream.error.write("error: --exports: '\(path)' cannot be written: \(obstacle)\n")
        return false
    }

    /// One object, a member for each variable.
    static func json(_ variables: [ExportedVariable]) -> String {
        JSONText.object(variables.map { ($0.name, .string($0.value)) }).pretty + "\n"
    }
}
