/// Inputs as lines of a key record: `declared`, `hash`, `glob` and `input`, the latter three with the
/// number of the call they belong to.
extension KeyInputs {
    /// The lines, as keywords and values.
    var lines: [(keyword: String, value: String)] {
        var lines: [(String, String)] = []
        if let declared { lines.append(("declared", declared)) }
        for (number, hash) in hashes.enumerated() {
            lines.append(("hash", "\(number) \(hash.hash)"))
            lines += hash.patterns.map { ("glob", "\(number) \($0)") }
            lines += hash.files.map { ("input", "\(number) \($0.digest) \($0.path)") }
        }
        if isCut { lines.append(("cut", "1")) }
        return lines
    }

    /// Reads them; `nil` when there are none, and whatever makes no sense is left out.
    init?(_ fields: [Substring: [String]]) {
        let declared = fields["declared"]?.first
        self.init(declared: declared)
        for (place, line) in (fields["hash"] ?? []).enumerated() {
            guard let (number, hash) = KeyInputs.numbered(line), number == place else { break }
            hashes.append(Hash(patterns: [], hash: String(hash), files: []))
        }
        for line in fields["glob"] ?? [] {
            guard let (number, pattern) = KeyInputs.numbered(line),
                hashes.indices.contains(number)
            else { continue }
            hashes[number].patterns.append(String(pattern))
        }
        for line in fields["input"] ?? [] {
            guard let (number, rest) = KeyInputs.numbered(line), hashes.indices.contains(number),
                let cut = rest.firstIndex(of: " ")
            else { continue }
            hashes[number].files.append(
                Hash.File(
                    path: String(rest[rest.index(after: cut)...]),
                    digest: String(rest[..<cut])
                )
            )
        }
        isCut = fields["cut"] == ["1"]
        if declared == nil, hashes.isEmpty { return nil }
    }

    private static func numbered(_ line: String) -> (Int, Substring)? {
        guard let cut = line.firstIndex(of: " "), let number = Int(line[..<cut]) else { return nil }
        return (number, line[line.index(after: cut)...])
    }
}
