/// The names to which a text gives a meaning of its own: what bash says of them does not count then.
struct ShellNames {
    /// The functions that it defines.
    private(set) var functions: Set<String> = []
    /// The variables that it sets, and those that are given.
    private(set) var variables: Set<String>
    /// Variables that it sets to a number, or to the number of an open file.
    private var numbers: Set<String> = []
    /// Variables that it sets to some other plain text.
    private var texts: Set<String> = []

    /// Collects them.
    ///
    /// - Parameters:
    ///   - features: what is in the text.
    ///   - given: variables that something else sets.
    init(_ features: [ShellFeature], given: Set<String> = []) {
        variables = given
        for feature in features {
            switch feature.kind {
            case .function(let word): functions.insert(word.text)
            case .assignment(let word): take(word)
            case .command(let words):
                let rest = words.dropFirst()
                switch words[0].text {
                case "export", "readonly", "local": for word in rest { take(word) }
                case "read", "for": variables.formUnion(rest.map(\.text))
                default: break
                }
            default: break
            }
        }
    }

    private mutating func take(_ word: ShellWord) {
        guard let left = word.assignedName else { return }
        let name = String(left.prefix { $0 != "+" && $0 != "[" })
        variables.insert(name)
        let value = word.text.dropFirst(left.count + 1).filter { $0 != "\"" && $0 != "'" }
        guard !value.isEmpty, !value.contains(where: { "$`".contains($0) }) else { return }
        if value.allSatisfy(\.isNumber) { numbers.insert(name) } else { texts.insert(name) }
    }

    /// Whether what stands behind `>&` may be the number of an open file, or nothing.
    ///
    /// A variable alone is a file where the text sets it to one, or where its name says so.
    func isNumber(_ word: ShellWord) -> Bool {
        let text = word.text.filter { $0 != "\"" && $0 != "'" }
        guard text.contains("$") || text.contains("`") else {
            return text.utf8.allSatisfy { 0x30...0x39 ~= $0 || $0 == 0x2D }
        }
        guard text.hasPrefix("$"), !text.contains("(") else {
            return text.first.map { "$`0123456789".contains($0) } ?? true
        }
        let isBraced = text.hasPrefix("${")
        let name = text.dropFirst(isBraced ? 2 : 1).prefix {
            $0.isLetter || $0.isNumber || $0 == "_"
        }
        let rest = text.dropFirst(name.count + (isBraced ? 2 : 1)).drop { isBraced && $0 == "}" }
        guard rest.isEmpty else { return rest.first != "/" && rest.first != "." }
        if numbers.contains(String(name)) || name.lowercased().contains("fd") { return true }
        let saysFile = ["LOG", "FILE", "PATH", "DIR"].contains { name.uppercased().contains($0) }
        return !saysFile && !texts.contains(String(name))
    }
}
