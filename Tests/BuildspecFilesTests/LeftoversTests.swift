import SystemPackage
import TestSupport
import Testing

@testable import BuildspecFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timed) struct `Leftover files` {
    private func remove(_ mark: ProcessIdentity, in directory: TemporaryDirectory) throws -> Int {
        let name = TemporaryName.next(of: mark)
        try directory.handle.makeDirectory(name)
        try directory.handle.directory(name).makeLink("link".utf8, to: Array("/etc".utf8))
        return Leftovers.removeAll(in: directory.handle)
    }

    @Test func `a leftover of this process stays`() throws {
        let directory = try TemporaryDirectory()
        #expect(try remove(.current, in: directory) == 0)
        #expect(try directory.handle.names().count == 1)
    }

    #if os(Linux)
        @Test func `a leftover of an ended process is removed, and the directory keeps its time`()
            throws
        {
            let directory = try TemporaryDirectory()
            let time = FileTime(seconds: 1, nanoseconds: 2)
            var mark = ProcessIdentity.current
            // No process has this number.
            mark.process = pid_t.max
            try directory.handle.makeDirectory(TemporaryName.next(of: mark))
            try directory.handle.setModified(".".utf8, time)
            #expect(Leftovers.removeAll(in: directory.handle, dryRun: true) == 1)
            #expect(try directory.handle.names().count == 1)
            #expect(Leftovers.removeAll(in: directory.handle) == 1)
            #expect(try directory.handle.names().isEmpty)
            #expect(try directory.handle.status().modified == time)
        }

        @Test func `a leftover whose process number belongs to a newer process is removed`() throws
        {
            let directory = try TemporaryDirectory()
            var mark = ProcessIdentity.current
            mark.start -= 1
            #expect(try remove(mark, in: directory) == 1)
        }
    #endif

    @Test func `a leftover of another machine stays for a day`() throws {
        let directory = try TemporaryDirectory()
        var mark = ProcessIdentity.current
        mark.machine &+= 1
        #expect(try remove(mark, in: directory) == 0)
        let name = TemporaryName.next(of: mark)
        let now = FileTime(seconds: 1_000_000, nanoseconds: 0)
        let day = FileTime(seconds: 1_000_000 - 86_401, nanoseconds: 0)
        let less = FileTime(seconds: 1_000_000 - 86_399, nanoseconds: 0)
        #expect(TemporaryName.isAbandoned(name, changed: day, now: now))
        #expect(!TemporaryName.isAbandoned(name, changed: less, now: now))
    }

    @Test(arguments: ["", "1", "1-2-3", "x-1-1-1", "0-1-1-1", "1-1-1-1-1", "-5-1-1-1"])
    func `a leftover without a process in its name stays for a day`(rest: String) {
        let name = TemporaryName.prefix + Array(rest.utf8)
        #expect(TemporaryName.matches(name))
        #expect(!TemporaryName.isAbandoned(name, changed: .now()))
        for seconds in [0, .min] as [Int64] {
            let time = FileTime(seconds: seconds, nanoseconds: 0)
            #expect(TemporaryName.isAbandoned(name, changed: time))
        }
    }

    @Test func `a walk lists the leftovers in its directories and the directories above them`()
        throws
    {
        let directory = try TemporaryDirectory()
        let partial = String(decoding: TemporaryName.next(), as: UTF8.self)
        try directory.write("", to: "a/b/\(partial)")
        try directory.write("", to: "a/b/c/\(partial)")
        let set = PathSet(["a/b/**", "x/y"], root: PathBytes(directory.path.string))
        let walk = try TreeWalk(set, root: directory.handle)
        #expect(
            walk.temporaries.map(\.text).sorted()
                == ["a/b/\(partial)", "a/b/c/\(partial)"].sorted()
        )
        #expect(walk.traversed.map(\.text) == ["", "a"])
    }

    @Test func `a tree of 1500 nested directories is removed`() throws {
        let scratch = try TemporaryDirectory()
        var directory = scratch.handle
        for _ in 0..<1_500 {
            try directory.makeDirectory("d".utf8)
            directory = try directory.directory("d".utf8)
        }
        try scratch.handle.removeTree("d".utf8)
        #expect(try scratch.handle.names().isEmpty)
    }
}
