/// A glob over whole paths, such as `build/**/*.jar`: the one language of all patterns.
///
/// Cache paths, artifacts, reports and hashes are written in it. What each of them does with a
/// directory and a link that fits is a matter of its walk: `TreeWalk` takes a directory with all that is
/// in it and keeps links, `FileSearch` does the same and reads what links lead to, and the artifacts'
/// walk takes files alone.
///
/// `*`, `?` and sets stay inside one component; `**` alone between slashes matches any number of
/// directories, none included; braces list alternatives; a slash at the end asks for a directory.
/// A backslash makes the next character a plain one, in every part.
/// Source: CodeBuild user guide, "build-spec-ref", artifacts/files, exclude-paths and cache/paths.
package struct FilePattern: Sendable, Hashable {
    enum Component: Sendable, Hashable {
        /// A file name or a pattern for one.
        case name(GlobComponent)
        /// `**`: any number of directories.
        case anyDepth

        /// The name, if it is one name and no pattern.
        var literal: [UInt8]? {
            if case .name(let glob) = self { glob.literal } else { nil }
        }

        var text: String {
            switch self {
            case .name(let glob): String(decoding: glob.text, as: UTF8.self)
            case .anyDepth: "**"
            }
        }

        /// Whether every name fits: `*`.
        var isAnyName: Bool {
            if case .name(let glob) = self { glob.text == [UInt8(ascii: "*")] } else { false }
        }
    }

    package internal(set) var isAbsolute: Bool
    /// How many leading `..` are left over: the directories above the start that it reaches into.
    package private(set) var climbs: Int
    private(set) var components: [Component]
    /// Whether nothing but a directory fits.
    private(set) var isForDirectories: Bool

    /// Reads a pattern; braces give several.
    ///
    /// - Parameter text: the pattern as written.
    /// - Returns: the alternatives that `{a,b}` spells out, in order; at most 1,024.
    package static func parse(_ text: String) -> [FilePattern] {
        BraceExpansion.expand(Array(text.utf8)).map(FilePattern.init)
    }

    /// The directory that it starts at, or `/`.
    init(isAbsolute: Bool) {
        self.init(isAbsolute ? [slash] : [])
    }

    private init(_ bytes: [UInt8]) {
        isAbsolute = bytes.first == slash
        var components: [Component] = []
        var climbs = 0
        for name in bytes.split(separator: slash) {
            let component =
                name.elementsEqual("**".utf8) ? .anyDepth : Component.name(GlobComponent(name))
            // Dots that are escaped are dots all the same: no name is `.` or `..`.
            switch component.literal {
            case Array(".".utf8): continue
            case Array("..".utf8):
                if components.popLast() == nil, !isAbsolute { climbs += 1 }
            default: components.append(component)
            }
        }
        self.climbs = climbs
        self.components = components
        // What `**` fits has something in it, or is below what has.
        isForDirectories =
            bytes.last == slash && !components.isEmpty && components.last != .anyDepth
    }

    /// The pattern's text, `.` and `..` resolved and surplus slashes dropped.
    package var text: String {
        let ups = Array(repeating: "..", count: climbs)
        return (isAbsolute ? "/" : "") + (ups + components.map(\.text)).joined(separator: "/")
    }

    /// Whether a path that is no directory, given from the directory that the pattern starts at, fits
    /// the whole pattern.
    package func matches(_ path: PathBytes) -> Bool {
        guard path.isAbsolute == isAbsolute, climbs == 0 else { return false }
        var cursor = PatternCursor(self)
        let names = path.components
        for (index, name) in names.enumerated() {
            cursor.descend(into: name)
            if index < names.count - 1, cursor.isDead { return false }
        }
        return cursor.fits(isDirectory: false)
    }

    /// Whether it is the directory that it starts at, such as `.`; an empty text is too.
    package var isRoot: Bool { components.isEmpty && !isAbsolute && climbs == 0 }

    /// Whether it is one plain path, with nothing to expand.
    package var isLiteral: Bool { components.allSatisfy { $0.literal != nil } }

    /// The plain names that it begins with, as the file system has them.
    package var literalNames: [[UInt8]] {
        var names: [[UInt8]] = []
        for component in components {
            guard let name = component.literal else { break }
            names.append(name)
        }
        return names
    }
}

// MARK: Where it starts

extension FilePattern {
    /// The same, relative, if it is absolute and lies below a directory.
    ///
    /// The directory's names count as plain ones where the pattern spells them with `*` or `[` in them,
    /// because a variable may have put them in.
    ///
    /// - Parameter directory: an absolute path.
    /// - Returns: the pattern from there, or itself where it lies elsewhere.
    package func below(_ directory: PathBytes) -> FilePattern {
        let names = directory.components
        guard isAbsolute, components.count > names.count else { return self }
        for (component, name) in zip(components, names) {
            guard
                component.literal.map({ $0[...] == name }) ?? false
                    || component.text.utf8.elementsEqual(name)
            else { return self }
        }
        var pattern = dropping(names.count)
        pattern.isAbsolute = false
        return pattern
    }

    /// The same, absolute, if it reaches into directories above the one that it starts at.
    ///
    /// - Parameter directory: the absolute path of the directory that it starts at.
    /// - Returns: the pattern from `/`, or itself where it stays below.
    package func unclimbed(from directory: PathBytes) -> FilePattern {
        guard climbs > 0 else { return self }
        var above = directory
        for _ in 0..<climbs { above = above.parent }
        var pattern = replacingStart(0, with: above)
        pattern.isAbsolute = true
        pattern.climbs = 0
        return pattern
    }

    /// The same with another path in the place of its first components.
    func replacingStart(_ count: Int, with directory: PathBytes) -> FilePattern {
        var pattern = dropping(count)
        let names = directory.components.map { Component.name(.plain($0)) }
        pattern.components.insert(contentsOf: names, at: 0)
        return pattern
    }

    /// What is left behind the first components.
    package func dropping(_ count: Int) -> FilePattern {
        var pattern = self
        pattern.components.removeFirst(count)
        return pattern
    }

    /// The directory that the plain names at its beginning lead to, and the pattern from there.
    ///
    /// The last name stays in the pattern, so that what is found has a name.
    ///
    /// - Parameter base: the directory that relative patterns start at.
    /// - Returns: both.
    package func start(from base: PathBytes) -> (directory: PathBytes, rest: FilePattern) {
        let pattern = below(base)
        var directory = pattern.isAbsolute ? PathBytes("/") : base
        for _ in 0..<pattern.climbs { directory = directory.parent }
        let names = pattern.literalNames.prefix(max(0, pattern.components.count - 1))
        for name in names { directory = directory.appending(name) }
        var rest = pattern.dropping(names.count)
        (rest.isAbsolute, rest.climbs) = (false, 0)
        return (directory, rest)
    }

    /// The pattern of the topmost paths, where what fits is taken with all that is in it: `a/**/*` and
    /// `a/**` are what is in directories `a`.
    var tops: FilePattern {
        var pattern = self
        let ends = components.suffix(2)
        if ends.count == 2, ends.first == .anyDepth, ends.last?.isAnyName ?? false {
            pattern.components.removeLast()
        }
        while pattern.components.last == .anyDepth {
            pattern.components.removeLast()
            pattern.isForDirectories = true
        }
        return pattern
    }
}

/// Where a walk stands in a pattern: which components the next name may match.
package struct PatternCursor: Sendable, Hashable {
    private let components: [FilePattern.Component]
    private let isForDirectories: Bool
    /// Indices of components still to match; `components.count` means that all are matched.
    private var positions: Set<Int>

    package init(_ pattern: FilePattern) {
        components = pattern.components
        isForDirectories = pattern.isForDirectories
        positions = []
        add(0)
    }

    /// Whether the names so far match the whole pattern.
    package var isComplete: Bool { positions.contains(components.count) }

    /// Whether what has these names fits the pattern.
    package func fits(isDirectory: Bool) -> Bool {
        isComplete && (isDirectory || !isForDirectories)
    }

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
