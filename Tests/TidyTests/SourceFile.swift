import Foundation

/// One text file of the repository, in lines.
struct SourceFile: Sendable, CustomStringConvertible {
    /// The path from the repository's root, such as `Sources/BuildspecFiles/Walk.swift`.
    let path: String
    let lines: [Substring]

    var description: String { path }

    /// The target that the file belongs to: the second component of its path.
    var target: String {
        let components = path.split(separator: "/")
        return components.count > 2 ? String(components[1]) : ""
    }

    /// The path of the folder that the file is in.
    var folder: String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    /// Formats a message with `path:line`, as compilers do.
    func finding(_ index: Int, _ message: String) -> String {
        "\(path):\(index + 1): \(message)"
    }
}

/// The working tree that the tests were built from.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func file(_ path: String) throws -> SourceFile {
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        return SourceFile(
            path: path,
            lines: text.split(separator: "\n", omittingEmptySubsequences: false)
        )
    }

    /// Lists the files below a directory whose names end in `suffix`, in order.
    ///
    /// - Returns: The files; none if the directory does not exist.
    static func files(below directory: String, suffix: String) throws -> [SourceFile] {
        let url = root.appending(path: directory)
        let names = FileManager.default.enumerator(atPath: url.path)?.allObjects ?? []
        return
            try names
            .compactMap { $0 as? String }
            .filter { $0.hasSuffix(suffix) && !$0.contains(".build/") }
            .sorted()
            .map { try file("\(directory)/\($0)") }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
}
