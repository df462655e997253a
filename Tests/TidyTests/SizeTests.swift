import Testing

/// Limits of files, functions and folders: a function fits a screen, and a folder has one concept.
@Suite struct `Size limits` {
    private static let fileLimit = 400
    private static let functionLimit = 70
    private static let topLimit = 8
    private static let folderLimit = 16

    private static func swiftFiles() throws -> [SourceFile] {
        try Repository.files(below: "Sources", suffix: ".swift")
            + Repository.files(below: "Tests", suffix: ".swift")
    }

    @Test func `no file is longer than 400 lines`() throws {
        let files = try Self.swiftFiles()
        #expect(files.count > 20)
        let long = files.filter { $0.lines.count - 1 > Self.fileLimit }
        #expect(long.map { "\($0.path): \($0.lines.count - 1) lines" } == [])
    }

    @Test func `no function is longer than 70 lines`() throws {
        let functions = try Self.swiftFiles().flatMap(FunctionLength.all)
        #expect(functions.count > 50)
        let long = functions.filter { $0.lines > Self.functionLimit }
        #expect(long.map { $0.file.finding($0.index, "\($0.lines) lines") } == [])
    }

    @Test func `a target has at most 8 files at its top and 16 in a folder`() throws {
        let folders = Dictionary(grouping: try Self.swiftFiles(), by: \.folder)
        #expect(folders.count > 50)
        let full = folders.filter { folder, files in
            let isTop = folder.split(separator: "/").count == 2
            return files.count > (isTop ? Self.topLimit : Self.folderLimit)
        }
        #expect(full.map { "\($0.key): \($0.value.count) files" }.sorted() == [])
    }

    @Test func `the length of a function counts from its first line to its last`() {
        let quotes = "\"\"\""
        let file = SourceFile(
            path: "Sample.swift",
            lines: """
                protocol P {
                    func required() throws -> Int
                }
                struct S {
                    func short() -> Int { 1 }
                    init(
                        a: Int
                    ) {
                        if a > 0 {
                            print(a)
                        }
                    }
                    static func long<T>(
                        _ value: T
                    ) -> T
                    where T: Sendable {
                        value
                    }
                    func sample() -> String {
                        \(quotes)
                        a line
                        another
                        \(quotes)
                    }
                }
                """.split(separator: "\n", omittingEmptySubsequences: false)
        )
        #expect(FunctionLength.all(in: file).map(\.lines) == [1, 7, 6, 4])
    }
}
