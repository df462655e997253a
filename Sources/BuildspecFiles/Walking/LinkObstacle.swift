/// A link that paths of a set lead through, although a walk does not follow it.
package struct LinkObstacle: Sendable {
    /// The path of the link.
    package let link: PathBytes
    /// The paths to declare instead; none if they would cover the root.
    private let replacements: [String]

    /// The obstacle and its remedy in one line.
    ///
    /// A cache entry can have made such a link, so the cache does not follow it: otherwise the entry
    /// could decide what is saved and where a restore writes.
    package var note: String {
        let remedy =
            replacements.isEmpty
            ? "name what the build makes"
            : "write '\(replacements.joined(separator: "' and '"))' instead"
        return "'\(link.text)' is a symbolic link, and the cache does not follow links; \(remedy)"
    }

    /// Creates the obstacle of a link; `nil` if the link leads to nothing, or into the set.
    fileprivate init?(_ link: PathBytes, _ set: PathSet, root: PathBytes, top: PathBytes) {
        // The absolute paths of another machine mean nothing here.
        guard !link.isAbsolute || top == PathBytes("/"),
            let file = try? Machine.absolute(link.isAbsolute ? link : root.appending(link.bytes))
        else { return nil }
        var target = file == root ? PathBytes("") : file
        if file.isWithin(root) { target = PathBytes(Array(file.tail(below: root))) }
        guard !set.contains(target, isDirectory: true) else { return nil }
        self.link = link
        let patterns = set.declared.compactMap { $0.replacing(link, with: target) }
        replacements =
            patterns.isEmpty
            ? [target.text] : Set(patterns.filter { !$0.isRoot }.map(\.declaration)).sorted()
    }
}

extension TreeWalk {
    /// Finds the links that declared paths lead through and whose targets are not declared.
    package func obstacles(in set: PathSet, root: PathBytes, top: PathBytes) -> [LinkObstacle] {
        links.sorted().compactMap { LinkObstacle($0, set, root: root, top: top) }
    }
}
