/// Expands the `{a,b}` alternatives of a pattern.
enum BraceExpansion {
    /// The largest number of alternatives; further ones are ignored.
    static let limit = 1_024

    /// Returns the alternatives of `text` in order; `text` itself if it has no braces.
    static func expand(_ text: [UInt8]) -> [[UInt8]] { expanded(text).texts }

    /// Returns the alternatives of `text` in order, and whether there are more than the limit.
    static func expanded(_ text: [UInt8]) -> (texts: [[UInt8]], isTruncated: Bool) {
        var done: [[UInt8]] = []
        var open: [[UInt8]] = [text]
        while let next = open.last {
            guard done.count < limit, open.count <= limit else { return (done, true) }
            open.removeLast()
            guard let group = firstGroup(in: next) else {
                done.append(next)
                continue
            }
            for option in group.options.reversed() {
                open.append(Array(next[..<group.start]) + Array(option) + Array(next[group.end...]))
            }
        }
        return (done, false)
    }

    private struct Group {
        var start: Int
        var end: Int
        var options: [ArraySlice<UInt8>]
    }

    /// Returns the first balanced group with a comma outside of nested groups.
    private static func firstGroup(in text: [UInt8]) -> Group? {
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "\\") {
                index += 1
            } else if text[index] == UInt8(ascii: "{"), let group = group(in: text, at: index) {
                return group
            }
            index += 1
        }
        return nil
    }

    private static func group(in text: [UInt8], at start: Int) -> Group? {
        var depth = 0
        var options: [ArraySlice<UInt8>] = []
        var optionStart = start + 1
        var index = start
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ",") where depth == 1:
                options.append(text[optionStart..<index])
                optionStart = index + 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 {
                    guard !options.isEmpty else { return nil }
                    options.append(text[optionStart..<index])
                    return Group(start: start, end: index + 1, options: options)
                }
            default: break
            }
            index += 1
        }
        return nil
    }
}
