import BuildspecFiles
import BuildspecModel
import BuildspecReports
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// CodeBuild API, ReportExportConfig: the files of a report as they are.
@Suite(.timed, .timeLimit(.minutes(1)))
struct ReportExportTests {
    private static let junit = "<testsuite name='s'><testcase name='a'/></testsuite>"

    private func build(_ lines: String = "", in names: [String]) throws -> TestBuild {
        let build = try TestBuild(
            yaml: """
                version: 0.2
                phases:
                  build:
                    commands: ['true']
                reports:
                  unit:
                    files: ['**/*']
                    base-directory: out
                \(lines)
                """
        )
        for name in names { try build.scratch.write(Self.junit, to: name) }
        return build
    }

    private func names(below directory: FilePath) -> [String] {
        FileManager.default.enumerator(atPath: directory.string)?
            .compactMap { $0 as? String }.filter { $0.contains(".") }.sorted() ?? []
    }

    @Test func `each group has a directory with its files`() async throws {
        var build = try build(in: ["out/a.xml", "out/deep/b.xml"])
        let target = try TemporaryDirectory()
        build.request.reports.destination = .directory(target.path)
        let report = try #require(try await build.run().reports.groups.first)
        #expect(report.location == target.path.appending("unit").string)
        #expect(names(below: target.path) == ["unit/a.xml", "unit/deep/b.xml"])
    }

    @Test func `an archive has the name of its group`() async throws {
        var build = try build(in: ["out/a.xml"])
        let target = try TemporaryDirectory()
        build.request.reports.destination = .directory(target.path)
        build.request.reports.packaging = .zip
        #expect(try await build.run().state == .succeeded)
        #expect(names(below: target.path) == ["unit.zip"])
    }

    @Test func `names without directories must differ`() async throws {
        let target = try TemporaryDirectory()
        var good = try build("    discard-paths: yes", in: ["out/a.xml", "out/deep/b.xml"])
        good.request.reports.destination = .directory(target.path)
        #expect(try await good.run().state == .succeeded)
        #expect(names(below: target.path) == ["unit/a.xml", "unit/b.xml"])

        var bad = try build("    discard-paths: yes", in: ["out/a.xml", "out/deep/a.xml"])
        bad.request.reports.destination = .directory(target.path)
        let result = try await bad.run()
        #expect(result.state == .failed)
        #expect(result.uploadFailure?.contains("[unit: [error exporting report: ['") == true)
        #expect(result.uploadFailure?.contains("are both 'a.xml' without their") == true)
    }

    @Test func `a bucket that refuses an object fails the build`() async throws {
        var build = try build(in: ["out/a.xml"])
        build.request.reports.destination = .bucket(RefusingBucket())
        let result = try await build.run()
        #expect(result.state == .failed)
        #expect(
            result.uploadFailure
                == "Error in UPLOAD_ARTIFACTS phase: [unit: [error exporting report: [AccessDenied]]]"
        )
    }

    @Test func `reports that an earlier build exported are not read again`() async throws {
        var build = try build(in: ["out/a.xml", "out/old.xml"])
        build.request.reports.destination = .directory(build.scratch.path.appending("out"))
        // The files are as new as the build, so the exported ones are, too.
        for name in ["out/a.xml", "out/old.xml"] {
            try build.scratch.file(name).setModified(
                FileTime(seconds: FileTime.now().seconds + 1, nanoseconds: 0)
            )
        }
        #expect(try await build.run().reports.groups.map(\.files) == [2])
        #expect(names(below: build.scratch.path.appending("out/unit")) == ["a.xml", "old.xml"])
        for name in ["out/unit/a.xml", "out/unit/old.xml"] {
            try build.scratch.file(name).setModified(
                FileTime(seconds: 1_700_000_000, nanoseconds: 1)
            )
        }
        let groups = try await build.run().reports.groups
        #expect(groups.map(\.files) == [2])
        #expect(groups.map(\.isDiscovered) == [false])
    }

    @Test(arguments: [
        ("", "it is the source root"), (".git", "it lies in '.git'"),
        ("file", "is not a directory"),
    ])
    func `a directory of reports is checked before the first command`(
        name: String,
        reason: String
    ) async throws {
        var build = try build(in: ["out/a.xml"])
        try build.scratch.write("", to: "file")
        let path = name.isEmpty ? build.scratch.path : build.scratch.path.appending(name)
        build.request.reports.destination = .directory(path)
        var message = ""
        do {
            _ = try await build.run()
        } catch let error as SetupError {
            message = error.problems.first?.message ?? ""
        }
        #expect(message.contains("the reports cannot go into '\(path)'"))
        #expect(message.contains(reason))
    }

    @Test func `a path with links and dots names the directory that it leads to`() async throws {
        var build = try build(in: ["out/a.xml"])
        let target = try TemporaryDirectory()
        let path = FilePath(target.path.string + "/./here/../there")
        build.request.reports.destination = .directory(path)
        let result = try await build.run()
        #expect(result.uploadFailure == nil)
        #expect(names(below: target.path) == ["there/unit/a.xml"])
    }

    @Test func `reports do not replace artifacts of the same build`() async throws {
        var build = try build(in: ["out/a.xml"])
        build.buildspec.artifacts = ArtifactsSection(
            primary: ArtifactSet(files: located(["unit/a.xml"]))
        )
        try build.scratch.write("artifact", to: "unit/a.xml")
        let target = try TemporaryDirectory()
        build.request.artifactsDirectory = target.path
        build.request.reports.destination = .directory(target.path)
        let result = try await build.run()
        #expect(result.uploadFailure?.contains("is a file of the artifacts") == true)
        #expect(try target.read("unit/a.xml") == "artifact")
    }

    @Test func `a repository below the directory keeps its files`() async throws {
        var build = try build(in: ["out/a.xml"])
        let target = try TemporaryDirectory()
        try target.write("ref: refs/heads/main", to: "unit/.git/HEAD")
        try target.write("mine", to: "unit/a.xml")
        build.request.reports.destination = .directory(target.path)
        let result = try await build.run()
        #expect(result.uploadFailure?.contains("it is in the repository 'unit'") == true)
        #expect(try target.read("unit/a.xml") == "mine")
    }

    @Test func `files of one path in several base directories are exported with their directories`()
        async throws
    {
        var build = try build(in: ["mod-a/out/a.xml", "mod-b/out/a.xml"])
        build.buildspec.reports[0].baseDirectory = Located(text: "mod-*")
        let target = try TemporaryDirectory()
        build.request.reports.destination = .directory(target.path)
        #expect(try await build.run().uploadFailure == nil)
        #expect(names(below: target.path) == ["unit/mod-a/out/a.xml", "unit/mod-b/out/a.xml"])
    }

    @Test func `a failed export keeps the content of the report`() async throws {
        var build = try build(in: ["out/a.xml"])
        build.request.reports.destination = .bucket(RefusingBucket())
        let report = try #require(try await build.run().reports.groups.first)
        #expect(report.report?.kind == .test)
        #expect(report.status == .incomplete)
    }

    @Test func `a file of the user is not replaced`() async throws {
        var build = try build(in: ["out/a.xml"])
        try build.scratch.write("mine", to: "kept/unit/a.xml")
        try build.scratch.write("mine", to: "kept/unit/b.txt")
        build.request.reports.destination = .directory(build.scratch.path.appending("kept"))
        let result = try await build.run()
        #expect(result.uploadFailure?.contains("no earlier build collected the file") == true)
        #expect(try build.scratch.read("kept/unit/a.xml") == "mine")
    }

    private struct RefusingBucket: ArtifactUploader {
        struct Refusal: Error, CustomStringConvertible { var description = "AccessDenied" }

        var address: String { "s3://bucket/path" }

        func upload(_ file: FilePath, as key: String, buildARN: String) async throws {
            throw Refusal()
        }
    }
}
