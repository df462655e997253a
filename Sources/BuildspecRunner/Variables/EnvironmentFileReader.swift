/// Reads the lines of an environment file, one assignment after the other.
struct EnvironmentFileReader {
    private let text: [Unicode.Scalar]
    private var index = 0
    private var line = 1

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    /// The next assignment; `nil` at the end.
    ///
    /// - Throws: `LineError` for a line that is none.
    mutating func next() throws(EnvironmentFile.LineError) -> BuildRequest.Override? {
        while index < text.count {
            let end = endOfLine(from: index)
            let content = text[index..<end].drop { $0 == " " || $0 == "\t" }
            guard let first = content.first, first != "#" else {
                go(behindLineEndingAt: end)
                continue
            }
            let assignment = try assignment(content, end)
            return assignment
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
            go(behindLineEndingAt: end)
            return BuildRequest.Override(name: name, value: string(text[start..<end]))
        }
        guard let quoted = quoted(from: start), quoted.close < end || endsLine(behind: quoted.close)
        else {
            throw EnvironmentFile.LineError(
                line: line,
                message:
                    "the quote with which the value of '\(name)' begins is not closed; close it, or"
                    + " write \(text[start] == "'" ? "\"'\"" : "\"\\\"\"") for the sign itself"
            )
        }
        let isWhole = endsLine(behind: quoted.close)
        go(behindLineEndingAt: endOfLine(from: quoted.close))
        return BuildRequest.Override(
            name: name,
            value: isWhole ? quoted.value : string(text[start..<end])
        )
    }

    /// Where the line ends: at LF or CR LF, nothing else, as a value may hold other separators.
    private func endOfLine(from start: Int) -> Int {
        let end = text[start...].firstIndex(of: "\n") ?? text.count
        return end < text.count && end > start && text[end - 1] == "\r" ? end - 1 : end
    }

    private mutating func go(behindLineEndingAt end: Int) {
        let next = text[end...].firstIndex(of: "\n") ?? text.count
        line += text[index..<next].count { $0 == "\n" } + 1
        index = min(next + 1, text.count)
    }

    private func nameWithoutExport(_ text: ArraySlice<Unicode.Scalar>) -> String {
        let words = text.split { $0 == " " || $0 == "\t" }
        let isExport = words.count == 2 && string(words[0]) == "export" && text.last != " "
        return string(isExport ? words[1] : text)
    }

    /// The value in quotes and where they close; `nil` when they do not.
    private func quoted(from start: Int) -> (value: String, close: Int)? {
        let quote = text[start]
        var value = String.UnicodeScalarView()
        var place = start + 1
        while place < text.count {
            if text[place] == quote { return (String(value), place) }
            if quote == "\"", text[place] == "\\", place + 1 < text.count,
                let escaped = EnvironmentFileReader.escapes[text[place + 1]]
            {
                value.append(escaped)
                place += 2
            } else {
                value.append(text[place])
                place += 1
            }
        }
        return nil
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "\\": "\\", "\"": "\"", "$": "$", "`": "`", "n": "\n", "r": "\r",
    ]

    /// Whether only blanks, or blanks and a comment, stand behind a closing quote.
    private func endsLine(behind close: Int) -> Bool {
        let rest = text[(close + 1)..<endOfLine(from: close)]
        let content = rest.drop { $0 == " " || $0 == "\t" }
        return content.isEmpty || content.first == "#" && content.count < rest.count
    }

    private func string(_ text: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(text))
    }
}
