/// Expected output: `[..]` stands for any text within a line, a line `...` for any lines.
///
/// Both also stand for no text. Blanks at the ends of lines and blank lines at the end of the output are
/// ignored.
package struct TranscriptPattern: Sendable, Equatable {
    /// The first difference between an output and a pattern.
    package struct Mismatch: Sendable, Equatable, CustomStringConvertible {
        /// The line of the file that the pattern is from.
        package var line: Int
        /// The description of the difference.
        package var description: String
    }

    /// The expected lines.
    package var lines: [String]
    /// The 1-based line of the file that `lines` begins on.
    package var firstLine: Int

    /// Creates a pattern.
    package init(_ lines: [String] = [], firstLine: Int = 1) {
        self.lines = lines
        self.firstLine = firstLine
    }

    /// Compares output with the pattern; `nil` means that it fits.
    ///
    /// All ways in which the lines so far can fit are followed: `ends` has the number of lines of output
    /// that each way has used.
    package func mismatch(in output: String) -> Mismatch? {
        let actual = Self.lines(of: output)
        var ends = [0]
        for (index, expected) in lines.enumerated() {
            let next = Self.advance(ends, over: expected, in: actual)
            if next.isEmpty {
                return missing(expected, index: index, after: ends, in: actual)
            }
            ends = next
        }
        guard let furthest = ends.last, furthest < actual.count else { return nil }
        return Mismatch(
            line: firstLine + lines.count,
            description: "the output goes on with '\(actual[furthest])'"
        )
    }

    package mutating func dropTrailingBlankLines() {
        while let last = lines.last, last.allSatisfy(\.isWhitespace) {
            lines.removeLast()
        }
    }

    private static func lines(of output: String) -> [String] {
        var pattern = TranscriptPattern(
            output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        )
        pattern.dropTrailingBlankLines()
        return pattern.lines
    }

    private static func advance(_ ends: [Int], over expected: String, in actual: [String]) -> [Int]
    {
        if expected == "..." {
            return ends.first.map { Array($0...actual.count) } ?? []
        }
        return
            ends
            .filter { $0 < actual.count && fits(actual[$0], expected) }
            .map { $0 + 1 }
    }

    private func missing(
        _ expected: String,
        index: Int,
        after ends: [Int],
        in actual: [String]
    ) -> Mismatch {
        let found =
            switch ends {
            case [actual.count]: "the output ended"
            case let ends where ends.count == 1: "found '\(actual[ends[0]])'"
            default: "no line from line \(ends[0] + 1) of the output on fits"
            }
        return Mismatch(line: firstLine + index, description: "expected '\(expected)', \(found)")
    }

    /// Whether a line fits an expected line with `[..]` in it.
    private static func fits(_ actual: String, _ expected: String) -> Bool {
        var rest = trimmed(Substring(actual))
        var parts = fixedParts(of: trimmed(Substring(expected)))
        let first = parts.removeFirst()
        guard rest.hasPrefix(first) else { return false }
        guard let last = parts.popLast() else { return rest == first }
        rest = rest.dropFirst(first.count)
        guard rest.count >= last.count, rest.hasSuffix(last) else { return false }
        rest = rest.dropLast(last.count)
        for part in parts where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    private static func fixedParts(of expected: Substring) -> [Substring] {
        var parts: [Substring] = []
        var rest = expected
        while let range = rest.firstRange(of: "[..]") {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }

    private static func trimmed(_ line: Substring) -> Substring {
        line.last?.isWhitespace == true ? trimmed(line.dropLast()) : line
    }
}
