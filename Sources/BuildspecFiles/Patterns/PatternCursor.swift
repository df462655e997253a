/// The position of a walk in a pattern: the components that the next name can match.
package struct PatternCursor: Sendable, Hashable {
    private let components: [FilePattern.Component]
    private let isForDirectories: Bool
    /// The indices of the components to match next; `components.count` means that all have matched.
    private var positions: Set<Int>

    package init(_ pattern: FilePattern) {
        components = pattern.components
        isForDirectories = pattern.isForDirectories
        positions = []
        add(0)
    }

    /// Whether the names so far match the whole pattern.
    package var isComplete: Bool { positions.contains(components.count) }

    /// Returns whether a file with the names so far matches the pattern.
    package func fits(isDirectory: Bool) -> Bool {
        isComplete && (isDirectory || !isForDirectories)
    }

    /// Whether no further name can lead to a match.
    package var isDead: Bool { positions.allSatisfy { $0 == components.count } }

    /// Whether the pattern matches every path below, whatever its names are.
    package var matchesAllBelow: Bool {
        positions.contains { position in
            guard !isForDirectories, position < components.count,
                components[position] == .anyDepth
            else { return false }
            let rest = components[position...]
            guard rest.dropLast().allSatisfy({ $0 == .anyDepth }) else { return false }
            if case .name(let glob) = components[components.count - 1] { return glob.matchesAll }
            return true
        }
    }

    /// Advances the position by one name.
    package mutating func descend(into name: some Collection<UInt8>) {
        let previous = positions
        positions = []
        for position in previous where position < components.count {
            switch components[position] {
            case .anyDepth:
                // A trailing `**` matches paths below a directory, not the directory itself.
                add(position)
                if position == components.count - 1 { positions.insert(components.count) }
            case .name(let glob):
                if glob.matches(name) { add(position + 1) }
            }
        }
    }

    /// The only names that can lead to a match, or `nil` if the directory must be listed.
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
        // `**` can match no directory, unless it is the last component.
        if position < components.count - 1, components[position] == .anyDepth { add(position + 1) }
    }
}
