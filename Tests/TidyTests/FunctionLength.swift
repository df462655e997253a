/// The length of a function in lines.
///
/// The indentation shows where a function ends, because the formatter checks it: a body ends at the
/// next line that begins with a brace in the column of the declaration. Lines of a multi-line literal
/// are not counted, because a sample document is data.
struct FunctionLength {
    let file: SourceFile
    let index: Int
    let lines: Int

    static func all(in file: SourceFile) -> [FunctionLength] {
        file.lines.indices.compactMap { index in
            guard isDeclaration(file.lines[index]) else { return nil }
            return length(from: index, in: file.lines).map {
                FunctionLength(file: file, index: index, lines: $0)
            }
        }
    }

    private static func isDeclaration(_ line: Substring) -> Bool {
        let tokens = line.split(separator: " ")
        guard let token = tokens.first(where: { !modifiers.contains(String($0)) }) else {
            return false
        }
        return token == "func" || token == "deinit" || token.hasPrefix("init(")
            || token.hasPrefix("init<") || token.hasPrefix("init?(")
            || token.hasPrefix("subscript(")
    }

    private static let modifiers: Set<String> = [
        "public", "package", "internal", "private", "fileprivate", "static", "override", "final",
        "mutating", "consuming", "borrowing", "nonisolated", "convenience", "required",
        "@Test", "@Sendable", "@discardableResult", "@concurrent", "@inlinable",
    ]

    /// Counts the lines from a declaration to its closing brace; `nil` for one without a body.
    private static func length(from start: Int, in lines: [Substring]) -> Int? {
        let indent = indentation(lines[start])
        if lines[start].hasSuffix("}") { return 1 }
        var opened = lines[start].hasSuffix("{")
        for index in lines.indices[(start + 1)...] where !lines[index].isEmpty {
            let line = lines[index].dropFirst(indent)
            guard indentation(lines[index]) <= indent else { continue }
            if opened { return line.hasPrefix("}") ? count(lines[start...index]) : nil }
            guard line.hasPrefix(")") || line.hasPrefix("where") || line.hasPrefix(">") else {
                return nil
            }
            opened = line.hasSuffix("{")
        }
        return nil
    }

    private static func count(_ lines: ArraySlice<Substring>) -> Int {
        var inLiteral = false
        var count = 0
        for line in lines {
            let isMark = line.ranges(of: "\"\"\"").count % 2 == 1
            if isMark { inLiteral.toggle() }
            if isMark || !inLiteral { count += 1 }
        }
        return count
    }

    private static func indentation(_ line: Substring) -> Int {
        line.prefix { $0 == " " }.count
    }
}
