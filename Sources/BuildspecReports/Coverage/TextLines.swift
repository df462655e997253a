internal import BuildspecSyntax

/// The lines of a text in UTF-8, without their ends (LF or CR LF).
struct TextLines {
    /// The most bytes of a line.
    static let maxLineSize = 1 << 20

    private let source: any ByteSource
    private var buffer: [UInt8] = []
    /// The start of the next line, and the bytes after it that have no end of a line.
    private var start = 0
    private var searched = 0
    /// The number of the line that was returned last, which starts at 1.
    private(set) var number = 0

    init(_ source: any ByteSource) {
        self.source = source
    }

    /// Returns the next line, and `nil` at the end.
    mutating func next() throws(SyntaxFault) -> ArraySlice<UInt8>? {
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[start..<end]
                start = end + 1
                searched = start
                return finished(line)
            }
            guard buffer.count - start <= TextLines.maxLineSize else {
                let size = TextLines.maxLineSize >> 20
                throw fault("the line is longer than \(size) MB", line: number + 1)
            }
            buffer.removeSubrange(..<start)
            start = 0
            searched = buffer.count
            let part = source.next()
            if part.isEmpty {
                guard !buffer.isEmpty else { return nil }
                start = buffer.count
                return finished(buffer[...])
            }
            buffer.append(contentsOf: part)
        }
    }

    /// Makes a fault in the line that was returned last.
    func fault(_ reason: String, line: Int? = nil) -> SyntaxFault {
        SyntaxFault(line: max(line ?? number, 1), column: 1, reason: reason)
    }

    private mutating func finished(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        number += 1
        var line = line
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
}
