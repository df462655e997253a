internal import BuildspecFiles

/// The expansion of `$NAME` and `${NAME}` in paths of a buildspec.
package enum VariableText {
    /// An expanded text, and the names that have no value.
    package struct Expansion: Sendable, Equatable {
        /// The text; an unset variable is empty.
        package var text: String
        /// The names that have no value, in the order of the text.
        package var unset: [String]
    }

    /// Replaces `$NAME` and `${NAME}` by their values.
    ///
    /// Source: CodeBuild user guide, "Multiple input sources and output artifacts sample"
    /// (`$CODEBUILD_SRC_DIR_source1` as base directory) and "Cache builds in Amazon S3".
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

    /// Returns the first variable without a value, if that leaves a name of a path empty, or only wildcards
    /// of the name.
    ///
    /// Without its value, `$DIRECTORY/**/*` would be `/**/*`, which is the whole disk; `build$SUFFIX` is
    /// still a name.
    package static func emptiedName(in text: String, _ value: (String) -> String?) -> String? {
        // No path has this character, so it can replace a missing value.
        let placeholder: Character = "\0"
        var empty: [String] = []
        let expansion = expand(text) { name in
            let found = value(name) ?? ""
            if found.isEmpty { empty.append(name) }
            return found.isEmpty ? String(placeholder) : found
        }
        guard let first = empty.first else { return nil }
        let names = FilePattern.parse(expansion.text).flatMap { $0.text.split(separator: "/") }
        let isEmptied = names.contains { name in
            name.contains(placeholder)
                && name.allSatisfy { $0 == placeholder || $0 == "*" || $0 == "?" }
        }
        return isEmptied ? first : nil
    }

    /// Returns the name after a leading `$`, and the number of characters of the reference.
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
