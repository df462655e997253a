internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// A path of the `cache` section with its variables put in, or why it is left out.
///
/// A path with a variable that has no value would mean another place, perhaps the whole disk, so it is
/// left out. So is the source root itself: sources restored over newer ones are nobody's wish.
struct CachePath: Sendable, Equatable {
    /// The path as it is written.
    let declared: String
    /// The path with its variables put in.
    let text: String
    /// Why it is left out; `nil` when it is taken.
    let obstacle: String?
    /// Whether it is the source root itself, or takes it in whole with a directory above it.
    let isRoot: Bool

    /// Puts the values in.
    ///
    /// - Parameters:
    ///   - declared: the path as it is written.
    ///   - root: the source root, as commands see it.
    ///   - value: the value of a variable.
    init(_ declared: String, root: FilePath, _ value: (String) -> String?) {
        self.declared = declared
        let expansion = VariableText.expand(declared, value)
        text = expansion.text
        if let name = expansion.unset.first {
            (obstacle, isRoot) = ("'\(name)' is not set before INSTALL", false)
        } else if let name = VariableText.emptiedName(in: declared, value) {
            let reason = "'\(name)' is empty before INSTALL, and without it the path is another one"
            (obstacle, isRoot) = (reason, false)
        } else if FilePattern.parse(text).allSatisfy(\.isRoot) {
            let reason = "it names no file; name what the build makes, such as 'node_modules/**/*'"
            (obstacle, isRoot) = (reason, true)
        } else if CachePath.covers(text, root) {
            let reason =
                "it takes in the source root whole; name what the build makes, such as "
                + "'node_modules/**/*'"
            (obstacle, isRoot) = (reason, true)
        } else {
            (obstacle, isRoot) = (nil, false)
        }
    }

    private static func covers(_ text: String, _ root: FilePath) -> Bool {
        let root = Machine.settled(PathBytes(root.string))
        return FilePattern.parse(text).allSatisfy { $0.coversPlace(root) }
    }

    /// What is odd about the path and shows only with its variables put in; reading the buildspec tells
    /// the rest.
    var oddities: [String] {
        guard text != declared else { return [] }
        let told = Set(PathOddity.all(in: declared, .cache).map(\.name))
        return PathOddity.all(in: text, .cache).filter { !told.contains($0.name) }.map(\.message)
    }
}
