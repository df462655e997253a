import BuildspecFiles
import Testing

@testable import BuildspecZip

@Suite struct `ZIP failures` {
    @Test func `a file that does not exist is an error with its name`() async throws {
        let tree = try TemporaryTree()
        await #expect(throws: ZipError.changed(path: tree.path("none").text)) {
            try await tree.archive([tree.entry("none")])
        }
    }

    @Test func `a directory given as a file is an error with its name`() async throws {
        let tree = try TemporaryTree()
        let root = tree.root.path
        await #expect(throws: ZipError.notRegularFile(path: root.text)) {
            try await tree.archive([ZipEntry(name: [0x61], .file(root))])
        }
    }

    /// Each change happens between the plan and the read.
    @Test(
        arguments: [100, ZipPlan.largestWhole + 100],
        ["shrinks", "grows", "changes", "vanishes"]
    )
    func `a file that changes before it is read is an error with its name`(
        size: Int,
        change: String
    ) async throws {
        let tree = try TemporaryTree()
        try tree.write("a", Sample.text(size))
        var plan = ZipPlan([tree.entry("a")], ZipOptions())
        var jobs: [ZipJob] = []
        while let job = try plan.next() { jobs.append(job) }
        switch change {
        case "shrinks": try tree.truncate("a", to: size - 1)
        case "grows": try tree.truncate("a", to: size + 1)
        case "changes":
            try tree.root.setModified("a".utf8, FileTime(seconds: 1, nanoseconds: 0))
        default: try tree.root.removeFile("a".utf8)
        }
        var archive = ZipArchive(try tree.create("out"))
        // A large file is open already, so its content stays when its name is removed.
        if change == "vanishes", size > ZipPlan.largestWhole {
            for job in jobs { try archive.append(try job.run()) }
            return
        }
        do {
            for job in jobs { try archive.append(try job.run()) }
            Issue.record("there is no error")
        } catch {
            #expect("\(error)".contains(tree.path("a").text))
        }
    }

    @Test func `a full disk is an error of the archive's file`() async throws {
        let tree = try TemporaryTree()
        try tree.write("a", Sample.noise(3 << 20))
        let devices = try DirectoryHandle.open(PathBytes("/dev"))
        guard try devices.status("full".utf8) != nil else { return }
        let full = try OpenFile.writing(Array("full".utf8)[...], in: devices)
        let error = await #expect(throws: FileError.self) {
            _ = try await ZipWriter.write([tree.entry("a")], to: full)
        }
        #expect(error?.action == "write")
    }

    @Test func `a cancelled task stops between the parts`() async throws {
        let tree = try TemporaryTree()
        try tree.write("a", Sample.text(1 << 20))
        let entries = (0..<10_000).map { tree.entry("a", as: "\($0)") }
        let task = Task { try await tree.archive(entries) }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
}

@Suite(.enabled(if: Environment.testsAll)) struct `ZIP archives over 4 GB` {
    @Test func `a file over 4 GB has 64-bit sizes and the mode of Unix`() async throws {
        let tree = try TemporaryTree()
        let size: UInt64 = 5 << 30
        let file = try tree.create("huge", mode: 0o751)
        try file.write([1, 2, 3].span, at: size - 3)
        try tree.write("after", [1], mode: 0o640)
        let archive = try await tree.archive([tree.entry("huge"), tree.entry("after")])
        #expect(archive.entries.map(\.size) == [Int(size), 1])
        #expect(archive.entries.map(\.mode) == [0o100751, 0o100640])
        #expect(archive.entries.allSatisfy { $0.madeBy >> 8 == 3 })
    }
}
