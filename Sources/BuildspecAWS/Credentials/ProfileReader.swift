/// Reads a profile file line by line.
struct ProfileReader {
    /// What is wrong with the line.
    struct Fault: Error {
        var text: String
    }

    /// Where the properties go that come next.
    private enum Place {
        case nowhere
        case profile(String)
        case services(String)
        /// A section of a kind that has no meaning here, such as `sso-session`.
        case ignored
    }

    private(set) var profiles: [String: ProfileFile.Section] = [:]
    private(set) var services: [String: ProfileFile.Section] = [:]
    private let kind: ProfileFile.Kind
    private var place = Place.nowhere
    private var property: String?

    init(_ kind: ProfileFile.Kind) {
        self.kind = kind
    }

    mutating func read(_ line: Substring) throws(Fault) {
        let text = trimmed(line)
        guard let first = text.first, first != "#", first != ";" else { return }
        if line.first.map({ $0 == " " || $0 == "\t" }) == true {
            return try continuation(text)
        }
        property = nil
        if first == "[" { return try section(text) }
        let (name, value) = try pair(text)
        if case .nowhere = place { throw Fault(text: "a property stands above all sections") }
        property = name
        change { $0.values[name] = value }
    }

    private mutating func section(_ text: Substring) throws(Fault) {
        guard let end = text.firstIndex(of: "]") else {
            throw Fault(text: "a section's name has no ']' behind it")
        }
        let tail = trimmed(text[text.index(after: end)...])
        guard tail.isEmpty || tail.hasPrefix("#") || tail.hasPrefix(";") else {
            throw Fault(text: "something stands behind a section's ']'")
        }
        let words = trimmed(text[text.index(after: text.startIndex)..<end])
        let first = words.prefix { !$0.isWhitespace }
        let rest = unquoted(trimmed(words[first.endIndex...]))
        switch (kind, first) {
        case (_, "") where words.isEmpty: throw Fault(text: "a section has no name")
        case (.credentials, _): place = .profile(unquoted(words))
        case (.config, "default") where rest.isEmpty: place = .profile("default")
        case (.config, "profile") where !rest.isEmpty: place = .profile(rest)
        case (.config, "services") where !rest.isEmpty: place = .services(rest)
        default: place = .ignored
        }
        change { _ in }
    }

    /// An indented line: a nested property if the property above it has no value of its own, and
    /// more of its value otherwise.
    private mutating func continuation(_ text: Substring) throws(Fault) {
        guard let property else {
            // A file whose properties are all indented is read as if they were not.
            if case .nowhere = place { throw Fault(text: "a property stands above all sections") }
            let (name, value) = try pair(text)
            return change { $0.values[name] = value }
        }
        let current = section?.values[property] ?? ""
        if current.isEmpty {
            let (name, value) = try pair(text)
            change { $0.nested[property, default: [:]][name] = value }
        } else {
            change { $0.values[property] = current + "\n" + text }
        }
    }

    private func pair(_ text: Substring) throws(Fault) -> (String, String) {
        guard let mark = text.firstIndex(of: "=") else {
            throw Fault(text: "a line is neither '[section]' nor 'name = value'")
        }
        let name = trimmed(text[..<mark]).lowercased()
        if name.isEmpty { throw Fault(text: "a value has no name in front of '='") }
        return (name, value(text[text.index(after: mark)...]))
    }

    /// The value without spaces at its ends and without a comment, which a space sets apart.
    private func value(_ text: Substring) -> String {
        var previous: Character = " "
        for index in text.indices {
            let character = text[index]
            if character == "#" || character == ";", previous == " " || previous == "\t" {
                return String(trimmed(text[..<index]))
            }
            previous = character
        }
        return String(trimmed(text))
    }

    private var section: ProfileFile.Section? {
        switch place {
        case .profile(let name): profiles[name]
        case .services(let name): services[name]
        case .nowhere, .ignored: nil
        }
    }

    private mutating func change(_ body: (inout ProfileFile.Section) -> Void) {
        switch place {
        case .profile(let name): body(&profiles[name, default: .init()])
        case .services(let name): body(&services[name, default: .init()])
        case .nowhere, .ignored: break
        }
    }

    private func unquoted(_ text: Substring) -> String {
        let quotes: [Character] = ["\"", "'"]
        guard text.count >= 2, let first = text.first, quotes.contains(first), text.last == first
        else { return String(text) }
        return String(text.dropFirst().dropLast())
    }

    private func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
