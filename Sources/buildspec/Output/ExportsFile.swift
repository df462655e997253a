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
        let text = isJSON ? ExportsFile.json(variables) : ExportsFile.dotenv(variables)
        guard let obstacle = stream.obstacle(toWriting: Array(text.utf8)) else { return true }
        StandardStream.error.write("error: --exports: '\(path)' cannot be written: \(obstacle)\n")
        return false
    }

    /// One object, a member for each variable.
    static func json(_ variables: [ExportedVariable]) -> String {
        JSONText.object(variables.map { ($0.name, .string($0.value)) }).pretty + "\n"
    }

    /// A line for each variable: `NAME=value`, in double quotes where it has more than plain
    /// characters, with `\\`, `"`, `$`, backquotes and newlines behind a backslash.
    static func dotenv(_ variables: [ExportedVariable]) -> String {
        variables.map { "\($0.name)=\(quoted($0.value))\n" }.joined()
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            byte >= 0x80 || "/._-+,:@%=".utf8.contains(byte)
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
        }
        guard !isPlain else { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\", "\"", "$", "`": text += "\\\(scalar)"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
