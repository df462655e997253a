/// A glob over whole paths, such as `build/**/*.jar`.
///
/// `*`, `?` and sets stay inside one component; `**` alone between slashes matches any number of
/// directories, none included; braces list alternatives. Source: CodeBuild user guide,
/// "build-spec-ref", artifacts/files, exclude-paths and cache/paths.
package struct FilePattern: Sendable, Hashable {
    enum Component: Sendable, Hashable {
        /// A file name or a pattern for one.
        case name(GlobComponent)
        /// `**`: any number of directories.
        case anyDepth
    }

    /// The pattern's text, `.` and `..` resolved and surplus slashes dropped.
    package let text: String
    package let isAbsolute: Bool
    /// How many leading `..` are left over: the directories above the start that it reaches into.
    package let climbs: Int
    let components: [Component]

    /// Reads a pattern; braces give several.
    ///
    /// - Parameter text: the pattern as written.
    /// - Returns: the alternatives that `{a,b}` spells out, in order; at most 1,024.
    package static func parse(_ text: String) -> [FilePattern] {
        BraceExpansion.expand(Array(text.utf8)).map(FilePattern.init)
    }

    private init(_ bytes: [UInt8]) {
        isAbsolute = bytes.first == slash
        var names: [ArraySlice<UInt8>] = []
        var climbs = 0
        for name in bytes.split(separator: slash) where !name.elementsEqual(".".utf8) {
            if !name.elementsEqual("..".utf8) {
                names.append(name)
            } else if names.popLast() == nil, !isAbsolute {
                climbs += 1
            }
        }
        self.climbs = climbs
        components = names.map { name in
            name.elementsEqual("**".utf8) ? .anyDepth : .name(GlobComponent(name))
        }
        let ups = Array(repeating: "..", count: climbs)
        let parts = ups + names.map { String(decoding: $0, as: UTF8.self) }
        text = (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    }

    /// Whether the path, given from the directory that the pattern starts at, fits the whole pattern.
    package func matches(_ path: PathBytes) -> Bool {
        guard path.isAbsolute == isAbsolute, climbs == 0 else { return false }
        var cursor = PatternCursor(self)
        let names = path.components
        for (index, name) in names.enumerated() {
            cursor.descend(into: name)
            if index < names.count - 1, cursor.isDead { return false }
        }
        return cursor.isComplete
    }

    /// Whether it is the directory that it starts at, such as `.`; an empty text is too.
    package var isRoot: Bool { components.isEmpty && !isAbsolute && climbs == 0 }

    /// Whether it is one plain path, with nothing to expand.
    package var isLiteral: Bool {
        components.allSatisfy { component in
            if case .name(let name) = component { name.literal != nil } else { false }
        }
    }
}

/// Where a walk stands in a pattern: which components the next name may match.
package struct PatternCursor: Sendable, Hashable {
    private let components: [FilePattern.Component]
    /// Indices of components still to match; `components.count` means that all are matched.
    private var positions: Set<Int>

    package init(_ pattern: FilePattern) {
        self.init(pattern.components)
    }

    init(_ components: [FilePattern.Component]) {
        self.components = components
        positions = []
        add(0)
    }

    /// Whether the names so far match the whole pattern.
    package var isComplete: Bool { positions.contains(components.count) }

    /// Whether no further name can lead to a match.
    package var isDead: Bool { positions.allSatisfy { $0 == components.count } }

    /// Whether every path below fits the pattern, whatever names are in it.
    package var matchesAllBelow: Bool {
        positions.contains { position in
            guard position < components.count, components[position] == .anyDepth else {
                return false
            }
            let rest = components[position...]
            guard rest.dropLast().allSatisfy({ $0 == .anyDepth }) else { return false }
            if case .name(let glob) = components[components.count - 1] { return glob.matchesAll }
            return true
        }
    }

    /// Moves on by one name.
    package mutating func descend(into name: some Collection<UInt8>) {
        let old = positions
        positions = []
        for position in old where position < components.count {
            switch components[position] {
            case .anyDepth:
                // A trailing `**` matches what is below, not the directory itself.
                add(position)
                if position == components.count - 1 { positions.insert(components.count) }
            case .name(let glob):
                if glob.matches(name) { add(position + 1) }
            }
        }
    }

    /// The only names that can lead on, or `nil` when the directory must be listed to know.
    package var literalNames: [[UInt8]]? {
        var names: [[UInt8]] = []
        for position in positions where position < components.count {
            guard case .name(let glob) = components[position], let literal = glob.literal else {
                return nil
            }
            names.append(literal)
        }
        return names
    }

    private mutating func add(_ position: Int) {
        positions.insert(position)
        // `**` may stand for no directory at all, unless it is the last component.
        if position < components.count - 1, components[position] == .anyDepth { add(position + 1) }
    }
}
