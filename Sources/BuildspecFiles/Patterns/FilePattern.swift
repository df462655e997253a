/// A glob over whole paths, such as `build/**/*.jar`.
///
/// Cache paths, artifacts, reports and hashes use this one syntax. They treat matching directories
/// and links differently: `TreeWalk` includes a directory with its contents and keeps links,
/// `FileSearch` includes a directory with its contents and follows links, and the artifacts' walk
/// includes only files.
///
/// `*`, `?` and sets match within one component. `**` as a whole component matches any number of
/// directories, also none. Braces list alternatives, and a slash at the end matches directories
/// only. A backslash makes the next character literal everywhere.
///
/// Source: CodeBuild user guide, "build-spec-ref", artifacts/files, exclude-paths and cache/paths.
package struct FilePattern: Sendable, Hashable {
    enum Component: Sendable, Hashable {
        /// A file name or a pattern for one.
        case name(GlobComponent)
        /// `**`: any number of directories.
        case anyDepth

        /// The name, if the component has no wildcards.
        var literal: [UInt8]? {
            if case .name(let glob) = self { glob.literal } else { nil }
        }

        var text: String {
            switch self {
            case .name(let glob): String(decoding: glob.text, as: UTF8.self)
            case .anyDepth: "**"
            }
        }

        /// Whether the component is `*`, which every name matches.
        var isAnyName: Bool {
            if case .name(let glob) = self { glob.text == [UInt8(ascii: "*")] } else { false }
        }
    }

    package internal(set) var isAbsolute: Bool
    /// The number of leading `..`, which lead above the directory that the pattern starts at.
    package private(set) var leadingParents: Int
    private(set) var components: [Component]
    /// Whether the pattern matches directories only.
    private(set) var isForDirectories: Bool

    /// Parses a pattern.
    ///
    /// - Parameter text: The pattern as written.
    /// - Returns: The patterns that braces expand to, in order; at most 1,024.
    package static func parse(_ text: String) -> [FilePattern] {
        BraceExpansion.expand(Array(text.utf8)).map(FilePattern.init)
    }

    /// Creates the pattern of the start directory, or `/`.
    init(isAbsolute: Bool) {
        self.init(isAbsolute ? [slash] : [])
    }

    private init(_ bytes: [UInt8]) {
        isAbsolute = bytes.first == slash
        var components: [Component] = []
        var leadingParents = 0
        for name in bytes.split(separator: slash) {
            let component =
                name.elementsEqual("**".utf8) ? .anyDepth : Component.name(GlobComponent(name))
            // Escaped dots are also dots, because no file is called `.` or `..`.
            switch component.literal {
            case Array(".".utf8): continue
            case Array("..".utf8):
                if components.popLast() == nil, !isAbsolute { leadingParents += 1 }
            default: components.append(component)
            }
        }
        self.leadingParents = leadingParents
        self.components = components
        // `**/` needs no flag, because `**` at the end matches only paths below a directory.
        isForDirectories =
            bytes.last == slash && !components.isEmpty && components.last != .anyDepth
    }

    /// The text of the pattern, with `.` and `..` resolved and without redundant slashes.
    package var text: String {
        let parents = Array(repeating: "..", count: leadingParents)
        return (isAbsolute ? "/" : "") + (parents + components.map(\.text)).joined(separator: "/")
    }

    /// Returns whether the whole pattern matches the path of a file that is not a directory.
    ///
    /// The path is absolute, or relative to the directory that the pattern starts at.
    package func matches(_ path: PathBytes) -> Bool {
        guard path.isAbsolute == isAbsolute, leadingParents == 0 else { return false }
        var cursor = PatternCursor(self)
        let names = path.components
        for (index, name) in names.enumerated() {
            cursor.descend(into: name)
            if index < names.count - 1, cursor.isDead { return false }
        }
        return cursor.fits(isDirectory: false)
    }

    /// Whether the pattern is the start directory itself, such as `.` or an empty text.
    package var isRoot: Bool { components.isEmpty && !isAbsolute && leadingParents == 0 }

    /// Whether the pattern is a path without wildcards.
    package var isLiteral: Bool { components.allSatisfy { $0.literal != nil } }

    /// The leading components without wildcards, as names in the file system.
    package var literalNames: [[UInt8]] {
        var names: [[UInt8]] = []
        for component in components {
            guard let name = component.literal else { break }
            names.append(name)
        }
        return names
    }
}

// MARK: The start directory

extension FilePattern {
    /// Returns the relative pattern, if the pattern is absolute and below a directory.
    ///
    /// The names of the directory count as literal even if they contain `*` or `[`, because the
    /// value of a variable can contain them.
    ///
    /// - Parameter directory: An absolute path.
    /// - Returns: The pattern relative to the directory, or the same pattern if it leads elsewhere.
    package func relativized(to directory: PathBytes) -> FilePattern {
        let names = directory.components
        guard isAbsolute, components.count > names.count else { return self }
        for (component, name) in zip(components, names) {
            guard
                component.literal.map({ $0[...] == name }) ?? false
                    || component.text.utf8.elementsEqual(name)
            else { return self }
        }
        var pattern = droppingFirst(names.count)
        pattern.isAbsolute = false
        return pattern
    }

    /// Returns the absolute pattern, if the pattern leads above the directory that it starts at.
    ///
    /// - Parameter directory: The absolute path of the directory that the pattern starts at.
    /// - Returns: The pattern from `/`, or the same pattern if it has no leading `..`.
    package func resolvingParents(from directory: PathBytes) -> FilePattern {
        guard leadingParents > 0 else { return self }
        var above = directory
        for _ in 0..<leadingParents { above = above.parent }
        var pattern = replacingFirst(0, with: above)
        pattern.isAbsolute = true
        pattern.leadingParents = 0
        return pattern
    }

    /// Returns the pattern with its first components replaced by a path.
    func replacingFirst(_ count: Int, with directory: PathBytes) -> FilePattern {
        var pattern = droppingFirst(count)
        let names = directory.components.map { Component.name(.plain($0)) }
        pattern.components.insert(contentsOf: names, at: 0)
        return pattern
    }

    /// Returns the pattern with the path of a link that it names replaced by the link's target; `nil` if
    /// it does not name the link.
    func replacing(_ link: PathBytes, with target: PathBytes) -> FilePattern? {
        let count = link.components.count
        guard components.count >= count else { return nil }
        var start = self
        start.components = Array(components.prefix(count))
        start.isForDirectories = false
        guard start.components.last?.literal != nil, !start.components.contains(.anyDepth),
            start.matches(link)
        else { return nil }
        var pattern = replacingFirst(count, with: target)
        pattern.isAbsolute = target.isAbsolute
        return pattern
    }

    /// Returns the pattern without its first components.
    package func droppingFirst(_ count: Int) -> FilePattern {
        var pattern = self
        pattern.components.removeFirst(count)
        return pattern
    }

    /// Splits the pattern into the directory of its leading literal names and the rest.
    ///
    /// The last name stays in the rest, so that every match has a name.
    ///
    /// - Parameter base: The directory that relative patterns start at.
    /// - Returns: The absolute path of the directory, and the pattern relative to that directory.
    package func start(from base: PathBytes) -> (directory: PathBytes, rest: FilePattern) {
        let pattern = relativized(to: base)
        var directory = pattern.isAbsolute ? PathBytes("/") : base
        for _ in 0..<pattern.leadingParents { directory = directory.parent }
        let names = pattern.literalNames.prefix(max(0, pattern.components.count - 1))
        for name in names { directory = directory.appending(name) }
        var rest = pattern.droppingFirst(names.count)
        (rest.isAbsolute, rest.leadingParents) = (false, 0)
        return (directory, rest)
    }

    /// Returns the patterns of the matches in a directory, which is an absolute path.
    package func narrowed(to directory: PathBytes) -> [FilePattern] {
        func rests(
            _ components: ArraySlice<Component>,
            _ names: ArraySlice<ArraySlice<UInt8>>
        )
            -> [ArraySlice<Component>]
        {
            guard let name = names.first, let component = components.first else {
                return [components]
            }
            switch component {
            case .name(let glob):
                return glob.matches(name) ? rests(components.dropFirst(), names.dropFirst()) : []
            case .anyDepth:
                return rests(components.dropFirst(), names) + rests(components, names.dropFirst())
            }
        }
        return rests(components[...], Array(directory.components)[...]).map { rest in
            var pattern = self
            pattern.components = directory.components.map { .name(.plain($0)) } + rest
            return pattern
        }
    }

    /// The pattern of the topmost matching paths, for a use that includes the contents of matches.
    ///
    /// For `a/**/*` and `a/**`, it is the pattern of directories `a`.
    var topmost: FilePattern {
        // `**/*/` matches directories, so it does not mean everything below.
        guard !isForDirectories else { return self }
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
