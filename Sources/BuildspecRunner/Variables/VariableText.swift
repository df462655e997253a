internal import BuildspecFiles

/// `$NAME` and `${NAME}` in paths of a buildspec.
package enum VariableText {
    /// A text with its variables put in, and the names that have no value.
    package struct Expansion: Sendable, Equatable {
        /// The text; an unset variable is nothing.
        package var text: String
        /// Names that have no value, in the order of the text.
        package var unset: [String]
    }

    /// Puts values in for `$NAME` and `${NAME}`; everything else stays.
    ///
    /// Source: CodeBuild user guide, "Multiple input sources and output artifacts sample"
    /// (`$CODEBUILD_SRC_DIR_source1` as base directory) and "Cache builds in Amazon S3".
    ///
    /// - Parameters:
    ///   - text: the text as written.
    ///   - value: the value of a name.
    /// - Returns: the new text.
    package static func expand(_ text: String, _ value: (String) -> String?) -> Expansion {
        var result = Expansion(text: "", unset: [])
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result.text += rest[..<dollar]
            rest = rest[dollar...]
            guard let (name, length) = reference(in: rest) else {
                result.text.append("$")
                rest.removeFirst()
                continue
            }
            if let value = value(name) { result.text += value } else { result.unset.append(name) }
            rest.removeFirst(length)
        }
        result.text += rest
        return result
    }

    /// A variable without a value that leaves a name of a path empty, or nothing but wildcards of it.
    ///
    /// `$PLACE/**/*` would be `/**/*` then, which is the whole disk; `build$SUFFIX` stays a name.
    ///
    /// - Parameters:
    ///   - text: the path as written.
    ///   - value: the value of a name.
    /// - Returns: the variable's name; `nil` when there is none.
    package static func emptiedName(in text: String, _ value: (String) -> String?) -> String? {
        // No path has this character, so it marks where a value is missing.
        let mark: Character = "\0"
        var empty: [String] = []
        let marked = expand(text) { name in
            let found = value(name) ?? ""
            if found.isEmpty { empty.append(name) }
            return found.isEmpty ? String(mark) : found
        }
        guard let first = empty.first else { return nil }
        let names = FilePattern.parse(marked.text).flatMap { $0.text.split(separator: "/") }
        let isEmptied = names.contains { name in
            name.contains(mark) && name.allSatisfy { $0 == mark || $0 == "*" || $0 == "?" }
        }
        return isEmptied ? first : nil
    }

    /// The name that a text beginning with `$` refers to and how many characters that takes.
    private static func reference(in text: Substring) -> (name: String, length: Int)? {
        var rest = text.dropFirst()
        let braced = rest.first == "{"
        if braced { rest.removeFirst() }
        let name = String(rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) })
        guard ShellText.isName(name) else { return nil }
        guard braced else { return (name, name.count + 1) }
        guard rest.dropFirst(name.count).first == "}" else { return nil }
        return (name, name.count + 3)
    }
}
