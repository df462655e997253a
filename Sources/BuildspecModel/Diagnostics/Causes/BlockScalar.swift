/// A `|` or `>` block that is found by a simple scan of the lines, also in text that is not valid
/// YAML.
struct BlockScalar: Equatable {
    /// The line that ends with `|` or `>`.
    var header: Int
    /// The last line of the block's body.
    var end: Int

    /// Finds the block that begins on a line; `nil` if none begins there.
    init?(in source: SourceText, header: Int) {
        let line = source.lineText(header).trimmed
        guard let last = line.split(separator: " ").last, let sign = last.first,
            sign == "|" || sign == ">",
            last.dropFirst().allSatisfy({ "+-0123456789".contains($0) }),
            line.hasPrefix("- ") || line.contains(": ")
        else { return nil }
        let indent = source.indent(ofLine: header)
        self.header = header
        end = header
        while end < source.lineCount {
            let isBlank = source.lineText(end + 1).trimmed.isEmpty
            guard isBlank || source.indent(ofLine: end + 1) > indent else { break }
            end += 1
        }
    }

    /// Returns all blocks of a text.
    static func all(in source: SourceText) -> [BlockScalar] {
        var blocks: [BlockScalar] = []
        var number = 1
        while number <= source.lineCount {
            if let block = BlockScalar(in: source, header: number) {
                blocks.append(block)
                number = block.end
            }
            number += 1
        }
        return blocks
    }
}
