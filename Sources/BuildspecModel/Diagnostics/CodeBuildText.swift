/// CodeBuild's messages, as known from build logs.
enum CodeBuildText {
    /// Returns the message for a syntax error; the line counts from 0, like libyaml's marks.
    static func syntax(_ problem: String, line: Int) -> String {
        "YAML_FILE_ERROR Message: \(problem) at line \(line)"
    }

    /// The message for a text that is not exactly one document.
    static let containerTags = "YAML_FILE_ERROR Message: wrong number of container tags, expected 1"

    /// Returns the message for a command that is not a text; only the line counts from 1.
    static func commandType(index: Int, line: Int) -> String {
        "YAML_FILE_ERROR Message: Expected Commands[\(index)] to be of string type: found subkeys"
            + " instead at line \(line), value of the key tag on line \(line - 1) might be empty"
    }
}
