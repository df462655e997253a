import BuildspecModel
import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The directories in `examples/`, run as a reader runs them.
@Suite(.timed, .serialized) struct ExampleTests {
    /// A directory of `examples/`, and the speedup of its second build.
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        /// How many times as fast the second `buildspec run` must be as the first; `nil` without a
        /// cache.
        ///
        /// It is about half of the value that was measured on an idle machine.
        var speedup: Double?

        var testDescription: String { name }
    }

    private static let examples = [
        Example(name: "hello", speedup: nil),
        Example(name: "c-ccache", speedup: 5),
        Example(name: "python-reports", speedup: nil),
        Example(name: "python-wheelhouse", speedup: 1.5),
        Example(name: "swift-package", speedup: 2),
    ]

    /// The examples that run: the others take a minute each, and `./dev test --all` runs them.
    private static let run = TestScope.isFull ? examples : Array(examples.prefix(2))

    private static let directory = URL(filePath: PackageFiles.path("examples"))

    @Test func `every directory in 'examples' is tested and complete`() throws {
        let files = FileManager.default
        let names = try files.contentsOfDirectory(atPath: Self.directory.path).sorted()
        #expect(names == Self.examples.map(\.name).sorted())
        for name in names {
            for file in ["README.md", "buildspec.yml", "expected.txt", ".gitignore"] {
                let path = Self.directory.appending(path: name).appending(path: file).path
                #expect(files.fileExists(atPath: path), "\(name) has no \(file)")
            }
        }
    }

    @Test(arguments: examples)
    func `the buildspec of an example has no findings`(example: Example) throws {
        let path = Self.directory.appending(path: example.name).appending(path: "buildspec.yml")
        let result = Buildspec.validate([UInt8](try Data(contentsOf: path)))
        #expect(result.diagnostics.map { "\($0.range.start.line): \($0.message)" } == [])
    }

    @Test(.timeLimit(.minutes(10)), arguments: run)
    func `an example prints the output in its transcript`(example: Example) async throws {
        let source = Self.directory.appending(path: example.name)
        let text = try String(contentsOf: source.appending(path: "expected.txt"), encoding: .utf8)
        let session = try Session(copying: source)
        defer { session.remove() }

        var builds: [Duration] = []
        for step in Transcript(parsing: text).steps {
            let result = try await session.run(step.command)
            #expect(result.status == step.status, "line \(step.line): \(result.output)")
            let mismatch = step.output.mismatch(in: result.output)
            #expect(
                mismatch == nil,
                "expected.txt:\(mismatch?.line ?? step.line):\n\(result.output)"
            )
            if step.command.hasPrefix("buildspec run") { builds.append(result.took) }
            // The next steps depend on this step.
            guard result.status == step.status else { return }
        }
        try #require(builds.count >= 2)
        if let speedup = example.speedup {
            #expect(builds[0] > builds[1] * speedup, "\(builds)")
        }
    }
}

/// A shell session in a copy of an example, with the built command first on the PATH.
private struct Session {
    struct Result {
        var status: Int
        var output: String
        var took: Duration
    }

    /// A new directory for the copy and the caches of the session.
    let root: URL
    let project: URL

    init(copying source: URL) throws {
        root = FileManager.default.temporaryDirectory
            .appending(path: "buildspec-example-\(UUID().uuidString)")
        project = root.appending(path: source.lastPathComponent)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: source, to: project)
        try removeOutputs()
    }

    /// Removes the files that git ignores, which an earlier build in the example can have left.
    private func removeOutputs() throws {
        let ignored = try String(contentsOf: project.appending(path: ".gitignore"), encoding: .utf8)
        for name in ignored.split(separator: "\n") {
            let output = project.appending(path: String(name))
            guard FileManager.default.fileExists(atPath: output.path) else { continue }
            try FileManager.default.removeItem(at: output)
        }
    }

    func remove() {
        try? FileManager.default.removeItem(at: root)
    }

    func run(_ command: String) async throws -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        let products = BuildspecProcess.path.removingLastComponent().string
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", command],
            environment: .inherit.updating([
                "PATH": "\(products):\(path)",
                "XDG_CACHE_HOME": root.appending(path: "xdg-cache").path,
                "XDG_STATE_HOME": root.appending(path: "xdg-state").path,
            ]),
            workingDirectory: FilePath(project.path),
            output: .string(limit: 4 << 20),
            error: .combinedWithOutput
        )
        let status =
            switch result.terminationStatus {
            case .exited(let code): Int(code)
            case .signaled(let signal): 128 + Int(signal)
            }
        return Result(status: status, output: result.standardOutput, took: clock.now - start)
    }
}
