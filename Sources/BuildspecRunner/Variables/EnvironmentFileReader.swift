/// A parser for the assignments of an environment file.
struct EnvironmentFileReader {
    private let text: [Unicode.Scalar]
    private var index = 0
    private var line = 1

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    /// Reads the next assignment; `nil` at the end.
    mutating func next() throws(EnvironmentFile.LineError) -> BuildRequest.Override? {
        while index < text.count {
            let end = endOfLine(from: index)
            let content = text[index..<end].drop { $0 == " " || $0 == "\t" }
            guard let first = content.first, first != "#" else {
                advance(pastLineEndingAt: end)
                continue
            }
            return try assignment(content, end)
        }
        return nil
    }

    private mutating func assignment(
        _ content: ArraySlice<Unicode.Scalar>,
        _ end: Int
    ) throws(EnvironmentFile.LineError) -> BuildRequest.Override {
        let equals = content.firstIndex(of: "=")
        let name = equals.map { nameWithoutExport(content[..<$0]) } ?? ""
        guard let equals, ShellText.isName(name) else {
            throw EnvironmentFile.LineError(
                line: line,
                message: "'\(string(content))' is not an assignment; write NAME=VALUE"
            )
        }
        let start = equals + 1
        guard start < end, text[start] == "\"" || text[start] == "'" else {
            advance(pastLineEndingAt: end)
            return BuildRequest.Override(name: name, value: string(text[start..<end]))
        }
        guard let quoted = quoted(from: start), quoted.close < end || endsLine(after: quoted.close)
        else {
            throw EnvironmentFile.LineError(
                line: line,
                message:
                    "the quote at the start of the value of '\(name)' is not closed; close it, or"
                    + " write \(text[start] == "'" ? "\"'\"" : "\"\\\"\"") for the character itself"
            )
        }
        let isWhole = endsLine(after: quoted.close)
        advance(pastLineEndingAt: endOfLine(from: quoted.close))
        return BuildRequest.Override(
            name: name,
            value: isWhole ? quoted.value : string(text[start..<end])
        )
    }

    /// Returns the end of the line: LF or CR LF, because a value may have other separators.
    private func endOfLine(from start: Int) -> Int {
        let end = text[start...].firstIndex(of: "\n") ?? text.count
        return end < text.count && end > start && text[end - 1] == "\r" ? end - 1 : end
    }

    private mutating func advance(pastLineEndingAt end: Int) {
        let next = text[end...].firstIndex(of: "\n") ?? text.count
        line += text[index..<next].count { $0 == "\n" } + 1
        index = min(next + 1, text.count)
    }

    private func nameWithoutExport(_ text: ArraySlice<Unicode.Scalar>) -> String {
        let words = text.split { $0 == " " || $0 == "\t" }
        let isExport = words.count == 2 && string(words[0]) == "export" && text.last != " "
        return string(isExport ? words[1] : text)
    }

    /// Reads the value in quotes; `nil` if the quotes are not closed.
    private func quoted(from start: Int) -> (value: String, close: Int)? {
        let quote = text[start]
        var value = String.UnicodeScalarView()
        var position = start + 1
        while position < text.count {
            if text[position] == quote { return (String(value), position) }
            if quote == "\"", text[position] == "\\", position + 1 < text.count,
                let escaped = EnvironmentFileReader.escapes[text[position + 1]]
            {
                value.append(escaped)
                position += 2
            } else {
                value.append(text[position])
                position += 1
            }
        }
        return nil
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "\\": "\\", "\"": "\"", "$": "$", "`": "`", "n": "\n", "r": "\r",
    ]

    /// Whether only blanks, or blanks and a comment, follow a closing quote.
    private func endsLine(after close: Int) -> Bool {
        let rest = text[(close + 1)..<endOfLine(from: close)]
        let content = rest.drop { $0 == " " || $0 == "\t" }
        return content.isEmpty || content.first == "#" && content.count < rest.count
    }

    private func string(_ text: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(text))
    }
}
