import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

@Suite struct `Tree walks` {
    private func walk(_ patterns: [String], in place: TemporaryDirectory) throws -> TreeWalk {
        let set = PathSet(patterns, root: PathBytes(place.path.string))
        return try TreeWalk(set, root: place.handle)
    }

    @Test func `a walk finds the declared files in path order`() throws {
        let place = try TemporaryDirectory()
        for name in ["a/x", "a/b/y", "a-b/z", "a.txt", "c/w"] { try place.write("", to: name) }
        let found = try walk(["a/**/*", "a-b/*", "*.txt"], in: place)
        #expect(found.entries.map(\.path.text) == ["a", "a/b", "a/b/y", "a/x", "a-b/z", "a.txt"])
        #expect(found.notes.isEmpty)
    }

    /// Several workers look at parts of a directory of so many names.
    @Test func `a walk finds all files of large directories in path order`() async throws {
        let place = try TemporaryDirectory()
        var names: [String] = []
        for number in 0..<1_300 {
            let name = "large/\(number)"
            if number % 100 == 57 {
                names += [name, name + "/a", name + "/z"]
                try place.write("", to: name + "/a")
                try place.write("", to: name + "/z")
            } else {
                names.append(name)
                try place.write("", to: name)
            }
        }
        let set = PathSet(["large"], root: PathBytes(place.path.string))
        for width in [1, 4] {
            let found = await TreeWalk(
                set,
                root: place.handle,
                top: place.handle,
                excluding: [],
                width: width
            )
            let paths = found.entries.map(\.path)
            #expect(paths == ([PathBytes("large")] + names.map { PathBytes($0) }).sorted())
            #expect(found.notes.isEmpty)
        }
    }

    /// All workers look into the directory that was listed, wherever it is meanwhile.
    @Test func `a walk finds all files of a large directory that is being moved, or none`()
        async throws
    {
        let place = try TemporaryDirectory()
        for number in 0..<1_300 { try place.write("", to: "large/\(number)") }
        let set = PathSet(["large"], root: PathBytes(place.path.string))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                while !Task.isCancelled {
                    try place.handle.rename("large".utf8, to: "away".utf8)
                    try place.handle.rename("away".utf8, to: "large".utf8)
                }
            }
            for _ in 0..<60 {
                let found = await TreeWalk(
                    set,
                    root: place.handle,
                    top: place.handle,
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
        let place = try TemporaryDirectory()
        try place.write("", to: "real/x")
        try place.handle.makeLink("link".utf8, to: Array("real".utf8))
        #expect(try walk(["link"], in: place).entries.map(\.path.text) == ["link"])
        let through = try walk(["link/*"], in: place)
        #expect(through.entries.isEmpty && through.notes.isEmpty)
        #expect(through.links == [PathBytes("link")], "a link that a pattern spells is told apart")
        let found = try walk(["l*/*"], in: place)
        #expect(found.entries.isEmpty && found.links.isEmpty)
        #expect(found.notes == ["'link' is a symbolic link and was not followed"])
    }

    @Test func `a walk leaves out temporary files`() throws {
        let place = try TemporaryDirectory()
        try place.write("", to: "a/" + String(decoding: TemporaryName.next(), as: UTF8.self))
        #expect(try walk(["a"], in: place).entries.map(\.path.text) == ["a"])
    }

    @Test func `a walk finds files at absolute paths`() throws {
        let place = try TemporaryDirectory()
        let other = try TemporaryDirectory()
        try other.write("", to: "x/y")
        let found = try walk(["\(other.path.string)/x/**/*"], in: place)
        #expect(found.entries.last?.path.text == other.file("x/y").string)
    }
}
