extension String {
    /// The text without anything that moves a terminal's cursor.
    var printable: String {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
        return String(
            UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control where scalar != "\t", .format: "\u{FFFD}"
                    default: scalar
                    }
                }
            )
        )
    }

    /// The printable text with the lines that it has.
    var printableLines: String {
        guard utf8.contains(0x0A) else { return printable }
        return split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).printable }.joined(separator: "\n")
    }

    /// The printable text on one line, its line ends spelled out.
    var oneLine: String {
        utf8.contains(0x0A) ? replacing("\n", with: "\\n").printable : printable
    }
}
