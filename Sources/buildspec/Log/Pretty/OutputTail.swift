/// The last lines of what commands wrote; costs the same however much that is.
struct OutputTail {
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    /// More of a line cannot be seen anywhere.
    private static let longest = 4_096

    private let limit: Int
    private var ended: [[UInt8]] = []
    private var open: [UInt8] = []

    /// A tail of so many lines.
    init(limit: Int) {
        self.limit = limit
    }

    /// The lines, the last one as far as it has come.
    var lines: ArraySlice<[UInt8]> {
        (ended + (open.isEmpty ? [] : [open])).suffix(limit)
    }

    /// Takes what was written.
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
            // Only the first of all lines goes on with what is open.
            if start > 0 { open = [] }
            extend(bytes[start..<(next - 1)])
            ended.append(open)
            open = []
        }
        ended.removeFirst(max(0, ended.count - limit))
        extend(bytes[(last + 1)...])
    }

    /// Forgets all.
    mutating func clear() {
        (ended, open) = ([], [])
    }

    private mutating func extend(_ bytes: ArraySlice<UInt8>) {
        let room = OutputTail.longest
        // A progress bar: what it wrote before it returned is not seen any more.
        let rest = bytes.suffix(2 * room)
        if open.count + bytes.count > room,
            let back = rest.dropLast().lastIndex(of: OutputTail.carriageReturn)
        {
            open = Array(rest[back...].prefix(room))
        } else {
            open += bytes.prefix(max(0, room - open.count))
        }
    }
}
