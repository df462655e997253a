import Foundation
import SystemPackage

/// A temporary directory that goes when the value goes.
final class Scratch: Sendable {
    let path: FilePath

    init() {
        let directory = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "buildspec-test-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = FilePath(directory.path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path.string)
    }

    /// Writes a file and the directories above it.
    func write(_ text: String, to name: String) throws {
        let file = path.appending(name)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string,
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: URL(filePath: file.string))
    }

    /// The text of a file, or `nil` if there is none.
    func text(of name: String) -> String? {
        FileManager.default.contents(atPath: path.appending(name).string)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The names of the files below, sorted; directories end with `/`.
    func names(in directory: String = ".") -> [String] {
        let root = path.appending(directory).lexicallyNormalized().string
        let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return all.sorted()
    }
}
