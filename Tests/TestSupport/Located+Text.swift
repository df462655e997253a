package import BuildspecModel

extension Located where Value == String {
    /// Creates a text at a position that does not matter.
    package init(text: String, line: Int = 1) {
        let start = SourcePosition(line: line, column: 1)
        self.init(text, at: SourceRange(start: start, end: start))
    }
}

/// Returns texts at positions that do not matter.
package func located(_ texts: [String]) -> [Located<String>] {
    texts.map { Located(text: $0) }
}
