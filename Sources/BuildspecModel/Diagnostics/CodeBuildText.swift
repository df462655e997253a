/// CodeBuild's own messages, as far as they are known from build logs.
enum CodeBuildText {
    /// The message for a syntax error; its line counts from 0, as libyaml's marks do.
    static func syntax(_ problem: String, line: Int) -> String {
        "YAML_FILE_ERROR Message: \(problem) at line \(line)"
    }

    /// The message for a text without exactly one document.
    static let containerTags =
        "YAML_FILE_ERROR Message: wrong number of container tags, expected 1"

    /// The message for a command that is no text; the index counts from 0, the line from 1.
    static func commandType(index: Int, line: Int) -> String {
        "YAML_FILE_ERROR Message: Expected Commands[\(index)] to be of string type: found subkeys"
            + " instead at line \(line), value of the key tag on line \(line - 1) might be empty"
    }
}
