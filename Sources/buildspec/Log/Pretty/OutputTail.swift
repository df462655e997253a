/// The last lines of the commands' output, in constant memory.
struct OutputTail {
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    /// The most bytes of a line, more than a terminal shows.
    private static let maxLineSize = 4_096

    private let limit: Int
    private var complete: [[UInt8]] = []
    /// The line that has no line break yet.
    private var current: [UInt8] = []

    /// Creates a tail of at most `limit` lines.
    init(limit: Int) {
        self.limit = limit
    }

    /// The lines, with the incomplete line at the end.
    var lines: ArraySlice<[UInt8]> {
        (complete + (current.isEmpty ? [] : [current])).suffix(limit)
    }

    mutating func append(_ bytes: [UInt8]) {
        guard let last = bytes.lastIndex(of: OutputTail.newline) else { return extend(bytes[...]) }
        var starts = [last + 1]
        var end = last
        while starts.count <= limit {
            guard let before = bytes[..<end].lastIndex(of: OutputTail.newline) else {
                starts.append(0)
                break
            }
            starts.append(before + 1)
            end = before
        }
        for (start, next) in zip(starts.dropFirst(), starts).reversed() {
            // Only the first line of the output continues the current line.
            if start > 0 { current = [] }
            extend(bytes[start..<(next - 1)])
            complete.append(current)
            current = []
        }
        complete.removeFirst(max(0, complete.count - limit))
        extend(bytes[(last + 1)...])
    }

    mutating func clear() {
        (complete, current) = ([], [])
    }

    private mutating func extend(_ bytes: ArraySlice<UInt8>) {
        let limit = OutputTail.maxLineSize
        // A progress bar overwrites the text before its last carriage return.
        let rest = bytes.suffix(2 * limit)
        if current.count + bytes.count > limit,
            let start = rest.dropLast().lastIndex(of: OutputTail.carriageReturn)
        {
            current = Array(rest[start...].prefix(limit))
        } else {
            current += bytes.prefix(max(0, limit - current.count))
        }
    }
}
