/// The functions and variables that a text defines, which override the meaning of the names in bash.
struct ShellNames {
    private(set) var functions: Set<String> = []
    /// The variables that the text sets, and those that other parts of the file set.
    private(set) var variables: Set<String>
    /// The variables that the text sets to a number, or to the number of an open file.
    private var numbers: Set<String> = []
    /// The variables that the text sets to another literal text.
    private var texts: Set<String> = []

    init(_ features: [ShellFeature], variables: Set<String> = []) {
        self.variables = variables
        for feature in features {
            switch feature.kind {
            case .function(let word): functions.insert(word.text)
            case .assignment(let word): addAssignment(word)
            case .command(let words):
                let rest = words.dropFirst()
                switch words[0].text {
                case "export", "readonly", "local": for word in rest { addAssignment(word) }
                case "read", "for": self.variables.formUnion(rest.map(\.text))
                default: break
                }
            default: break
            }
        }
    }

    private mutating func addAssignment(_ word: ShellWord) {
        guard let left = word.assignedName else { return }
        let name = String(left.prefix { $0 != "+" && $0 != "[" })
        variables.insert(name)
        let value = word.text.dropFirst(left.count + 1).filter { $0 != "\"" && $0 != "'" }
        guard !value.isEmpty, !value.contains(where: { "$`".contains($0) }) else { return }
        if value.allSatisfy(\.isNumber) { numbers.insert(name) } else { texts.insert(name) }
    }

    /// Returns whether the word after `>&` can be the number of an open file, or empty.
    ///
    /// A single variable is a file if the text sets the variable to a file, or if its name says so.
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
        let hasFileName = ["LOG", "FILE", "PATH", "DIR"].contains { name.uppercased().contains($0) }
        return !hasFileName && !texts.contains(String(name))
    }
}
