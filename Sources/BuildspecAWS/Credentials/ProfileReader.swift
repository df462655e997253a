/// A parser of a profile file that reads line by line.
struct ProfileReader {
    /// The fault of a line.
    struct Fault: Error {
        var text: String
    }

    /// The section that the next properties belong to.
    private enum Target {
        case none
        case profile(String)
        case services(String)
        /// A section of a kind that is not used, such as `sso-session`.
        case ignored
    }

    private(set) var profiles: [String: ProfileFile.Section] = [:]
    private(set) var services: [String: ProfileFile.Section] = [:]
    private let kind: ProfileFile.Kind
    private var target = Target.none
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
        if case .none = target { throw Fault(text: "a property is before the first section") }
        property = name
        change { $0.values[name] = value }
    }

    private mutating func section(_ text: Substring) throws(Fault) {
        guard let end = text.firstIndex(of: "]") else {
            throw Fault(text: "the name of a section has no ']' after it")
        }
        let tail = trimmed(text[text.index(after: end)...])
        guard tail.isEmpty || tail.hasPrefix("#") || tail.hasPrefix(";") else {
            throw Fault(text: "there is text after a section's ']'")
        }
        let heading = trimmed(text[text.index(after: text.startIndex)..<end])
        let first = heading.prefix { !$0.isWhitespace }
        let rest = unquoted(trimmed(heading[first.endIndex...]))
        switch (kind, first) {
        case (_, "") where heading.isEmpty: throw Fault(text: "a section has no name")
        case (.credentials, _): target = .profile(unquoted(heading))
        case (.config, "default") where rest.isEmpty: target = .profile("default")
        case (.config, "profile") where !rest.isEmpty: target = .profile(rest)
        case (.config, "services") where !rest.isEmpty: target = .services(rest)
        default: target = .ignored
        }
        change { _ in }
    }

    /// Reads an indented line: a nested property if the property above has no value, and more of that
    /// value otherwise.
    private mutating func continuation(_ text: Substring) throws(Fault) {
        guard let property else {
            // A file whose properties are all indented is read as if they were not.
            if case .none = target { throw Fault(text: "a property is before the first section") }
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
        guard let separator = text.firstIndex(of: "=") else {
            throw Fault(text: "a line is neither '[section]' nor 'name = value'")
        }
        let name = trimmed(text[..<separator]).lowercased()
        if name.isEmpty { throw Fault(text: "a value has no name before '='") }
        return (name, value(text[text.index(after: separator)...]))
    }

    /// Removes spaces at the ends of a value, and a comment after a space.
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
        switch target {
        case .profile(let name): profiles[name]
        case .services(let name): services[name]
        case .none, .ignored: nil
        }
    }

    private mutating func change(_ body: (inout ProfileFile.Section) -> Void) {
        switch target {
        case .profile(let name): body(&profiles[name, default: .init()])
        case .services(let name): body(&services[name, default: .init()])
        case .none, .ignored: break
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
