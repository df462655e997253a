import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@Suite(.timed) struct `Tree walks` {
    private func walk(_ patterns: [String], in directory: TemporaryDirectory) throws -> TreeWalk {
        let set = PathSet(patterns, root: PathBytes(directory.path.string))
        return try TreeWalk(set, root: directory.handle)
    }

    @Test func `a walk finds the declared files in path order`() throws {
        let directory = try TemporaryDirectory()
        for name in ["a/x", "a/b/y", "a-b/z", "a.txt", "c/w"] { try directory.write("", to: name) }
        let found = try walk(["a/**/*", "a-b/*", "*.txt"], in: directory)
        #expect(found.entries.map(\.path.text) == ["a", "a/b", "a/b/y", "a/x", "a-b/z", "a.txt"])
        #expect(found.notes.isEmpty)
    }

    /// Several workers read parts of a directory with many names.
    @Test func `a walk finds all files of large directories in path order`() async throws {
        let directory = try TemporaryDirectory()
        var names: [String] = []
        for number in 0..<1_300 {
            let name = "large/\(number)"
            if number % 100 == 57 {
                names += [name, name + "/a", name + "/z"]
                try directory.write("", to: name + "/a")
                try directory.write("", to: name + "/z")
            } else {
                names.append(name)
                try directory.write("", to: name)
            }
        }
        let set = PathSet(["large"], root: PathBytes(directory.path.string))
        for width in [1, 4] {
            let found = await TreeWalk(
                set,
                root: directory.handle,
                top: directory.handle,
                excluding: [],
                width: width
            )
            let paths = found.entries.map(\.path)
            #expect(paths == ([PathBytes("large")] + names.map { PathBytes($0) }).sorted())
            #expect(found.notes.isEmpty)
        }
    }

    /// All workers read the directory that was listed, even if it was moved since.
    @Test func `a walk finds all files of a large directory that is being moved, or none`()
        async throws
    {
        let directory = try TemporaryDirectory()
        for number in 0..<1_300 { try directory.write("", to: "large/\(number)") }
        let set = PathSet(["large"], root: PathBytes(directory.path.string))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                while !Task.isCancelled {
                    try directory.handle.rename("large".utf8, to: "away".utf8)
                    try directory.handle.rename("away".utf8, to: "large".utf8)
                }
            }
            for _ in 0..<60 {
                let found = await TreeWalk(
                    set,
                    root: directory.handle,
                    top: directory.handle,
                    excluding: [],
                    width: 2
                )
                #expect([0, 1, 1_301].contains(found.entries.count) && found.notes.isEmpty)
            }
            tasks.cancelAll()
            try await tasks.waitForAll()
        }
    }

    @Test func `a walk follows no link and notes one that a wildcard matches`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "real/x")
        try directory.handle.makeLink("link".utf8, to: Array("real".utf8))
        #expect(try walk(["link"], in: directory).entries.map(\.path.text) == ["link"])
        let through = try walk(["link/*"], in: directory)
        #expect(through.entries.isEmpty && through.notes.isEmpty)
        #expect(
            through.links == [PathBytes("link")],
            "a link that a pattern names exactly is listed apart"
        )
        let found = try walk(["l*/*"], in: directory)
        #expect(found.entries.isEmpty && found.links.isEmpty)
        #expect(found.notes == ["'link' is a symbolic link and was not followed"])
    }

    @Test func `a walk notes a link that leads nowhere or in a circle`() throws {
        let directory = try TemporaryDirectory()
        for (name, target) in [("a", "b"), ("b", "a"), ("c", "gone")] {
            try directory.handle.makeLink(name.utf8, to: Array(target.utf8))
        }
        #expect(
            try walk(["a/**/*", "c/**/*"], in: directory).notes == [
                "'a' is a symbolic link that leads in a circle",
                "'c' is a symbolic link that leads to nothing",
            ]
        )
    }

    @Test func `a walk leaves out temporary files`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "a/" + String(decoding: TemporaryName.next(), as: UTF8.self))
        #expect(try walk(["a"], in: directory).entries.map(\.path.text) == ["a"])
    }

    @Test func `a walk finds files at absolute paths`() throws {
        let directory = try TemporaryDirectory()
        let other = try TemporaryDirectory()
        try other.write("", to: "x/y")
        let found = try walk(["\(other.path.string)/x/**/*"], in: directory)
        #expect(found.entries.last?.path.text == other.file("x/y").string)
    }
}
