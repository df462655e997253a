/// Reads the pattern of a `SearchExpression`.
struct SearchParser {
    typealias Problem = SearchExpression.Problem

    /// What `(?…)` can change.
    private struct Flags {
        var foldsCase = false
        var isMultiline = false
        var dotIsAll = false
    }

    private static let deepest = 200
    private static let mostRepetitions = 1_000

    var rest: ArraySlice<Unicode.Scalar>
    private var flags = Flags()
    private var depth = 0

    init(_ pattern: String) { rest = Array(pattern.unicodeScalars)[...] }

    /// Reads all of it.
    mutating func parse() throws(Problem) -> SearchNode {
        let node = try choice()
        guard rest.isEmpty else { throw Problem(description: "there is a ')' without a '('") }
        return node
    }

    /// Goes past a scalar if it is the next one.
    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    // MARK: Parts

    private mutating func choice() throws(Problem) -> SearchNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= SearchParser.deepest else {
            throw Problem(description: "its groups are nested too deeply")
        }
        var parts = [try sequence()]
        while skip("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(Problem) -> SearchNode {
        var parts: [SearchNode] = []
        while let next = rest.first, next != "|", next != ")" {
            guard let part = try atom() else { continue }
            parts.append(try repeated(part))
        }
        return .sequence(parts)
    }

    /// The smallest part; `nil` for flags, which are none.
    private mutating func atom() throws(Problem) -> SearchNode? {
        switch rest.removeFirst() {
        case ".": return .take(flags.dotIsAll ? .all : .allButNewline)
        case "^": return .check(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .check(flags.isMultiline ? .lineEnd : .textEnd)
        case "(": return try group()
        case "[": return .take(cased(try brackets()))
        case "\\": return try escape()
        case let scalar where "*+?".unicodeScalars.contains(scalar):
            throw Problem(description: "there is nothing that '\(scalar)' could repeat")
        case let scalar: return literal(scalar)
        }
    }

    private mutating func escape() throws(Problem) -> SearchNode {
        let places: [Unicode.Scalar: SearchPlace] = [
            "A": .textStart, "z": .textEnd, "b": .wordEdge, "B": .notWordEdge,
        ]
        let letter = rest.first
        if let place = letter.flatMap({ places[$0] }) {
            rest.removeFirst()
            return .check(place)
        }
        if let set = letter.flatMap({ ScalarSet.lettered[$0] }) {
            rest.removeFirst()
            return .take(cased(set))
        }
        return literal(try escapedScalar())
    }

    private func literal(_ scalar: Unicode.Scalar) -> SearchNode { .take(cased(ScalarSet(scalar))) }

    private func cased(_ set: ScalarSet) -> ScalarSet {
        var set = set
        set.foldsCase = flags.foldsCase
        return set
    }

    // MARK: Groups

    private mutating func group() throws(Problem) -> SearchNode? {
        let outer = flags
        if skip("?") {
            if skip("P") || rest.first == "<" {
                try skipName()
            } else if try !readFlags() {
                return nil
            }
        }
        let node = try choice()
        flags = outer
        guard skip(")") else { throw Problem(description: "a '(' has no ')'") }
        return node
    }

    /// `<name>` of a group, which nobody asks for.
    private mutating func skipName() throws(Problem) {
        let end = rest.firstIndex(of: ">")
        let name = rest[..<(end ?? rest.startIndex)].dropFirst()
        guard rest.first == "<", let end, !name.isEmpty, name.allSatisfy(ScalarSet.words.contains)
        else {
            throw Problem(description: "'(?P' and '(?<' begin only a name, such as '(?P<name>…)'")
        }
        rest = rest[(end + 1)...]
    }

    /// Flags, and whether a group follows; if not, they count for the rest of the one around.
    private mutating func readFlags() throws(Problem) -> Bool {
        var isOn = true
        while !rest.isEmpty {
            switch rest.removeFirst() {
            case "i": flags.foldsCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotIsAll = isOn
            case "U": break  // Which match is found makes no difference.
            case "-" where isOn: isOn = false
            case ":": return true
            case ")": return false
            case let scalar:
                throw Problem(description: "'(?\(scalar)' is not known, as it is not to RE2")
            }
        }
        throw Problem(description: "a '(' has no ')'")
    }

    // MARK: Repetitions

    private mutating func repeated(_ part: SearchNode) throws(Problem) -> SearchNode {
        guard let (least, most) = try count() else { return part }
        _ = skip("?")  // As few as possible or as many: whether there is a match is the same.
        let again = rest
        guard try count() == nil else {
            throw Problem(description: "a repetition cannot be repeated at '\(String(again))'")
        }
        return .repetition(part, least: least, most: most)
    }

    private mutating func count() throws(Problem) -> (least: Int, most: Int?)? {
        switch rest.first {
        case "*":
            rest.removeFirst()
            return (0, nil)
        case "+":
            rest.removeFirst()
            return (1, nil)
        case "?":
            rest.removeFirst()
            return (0, 1)
        case "{": return try bracedCount()
        default: return nil
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else stands for itself.
    private mutating func bracedCount() throws(Problem) -> (least: Int, most: Int?)? {
        guard let end = rest.firstIndex(of: "}") else { return nil }
        let parts = rest[..<end].dropFirst().split(
            separator: ",",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let isNumber = { (part: ArraySlice<Unicode.Scalar>) in
            !part.isEmpty && part.allSatisfy(ScalarSet.digits.contains)
        }
        guard let first = parts.first, isNumber(first),
            parts.count == 1 || parts[1].isEmpty
                || isNumber(parts[1])
        else { return nil }
        let least = Int(String(first)) ?? .max
        let most = parts.count == 1 ? least : parts[1].isEmpty ? nil : Int(String(parts[1])) ?? .max
        guard max(least, most ?? 0) <= SearchParser.mostRepetitions, least <= most ?? .max else {
            throw Problem(
                description: "'\(String(rest[...end]))' is no count of at most "
                    + "\(SearchParser.mostRepetitions) repetitions"
            )
        }
        rest = rest[(end + 1)...]
        return (least, most)
    }
}
