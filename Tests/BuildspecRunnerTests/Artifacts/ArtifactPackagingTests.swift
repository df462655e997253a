import BuildspecFiles
import BuildspecModel
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// CodeBuild API, ProjectArtifacts: path, namespaceType, name and packaging.
@Suite(.timed, .timeLimit(.minutes(1)))
struct ArtifactPackagingTests {
    /// A bucket in memory.
    private final class Bucket: ArtifactUploader {
        let objects = Mutex<[String: [UInt8]]>([:])
        let failure: String?

        init(failure: String? = nil) { self.failure = failure }

        struct Refusal: Error, CustomStringConvertible { var description: String }

        var address: String { "s3://bucket/path" }

        func upload(_ file: FilePath, as key: String, buildARN: String) async throws {
            if let failure { throw Refusal(description: failure) }
            #expect(buildARN.hasPrefix("arn:aws:codebuild:"))
            let bytes = try AtomicFile.read(PathBytes(file.string), limit: 1 << 20)
            objects.withLock { $0[key] = bytes }
        }

        var keys: [String] { objects.withLock { $0.keys.sorted() } }
    }

    private static let identity = BuildIdentity(
        project: "shop",
        number: 1,
        uuid: "5f6f",
        startTime: 0,
        region: nil
    )

    private func key(
        _ name: String? = nil,
        buildspecName: String? = nil,
        identifier: String? = nil,
        prefix: String? = nil,
        _ change: (inout ArtifactOptions) -> Void = { _ in }
    ) throws -> String {
        var options = ArtifactOptions(.directory("/out"))
        options.name = name
        change(&options)
        let set = ArtifactSet(
            files: located(["a"]),
            s3Prefix: prefix.map { Located(text: $0) }
        )
        return try ArtifactKey(
            of: set,
            identifier,
            options,
            evaluatedName: buildspecName,
            ArtifactPackagingTests.identity
        ).path.text
    }

    @Test func `an artifact's key has the build's id, then the name`() throws {
        #expect(try key() == "")
        #expect(try key("/") == "")
        #expect(try key("a/b.zip") == "a/b.zip")
        #expect(try key("a") { $0.includesBuildID = true } == "5f6f/a")
        #expect(try key("/") { $0.includesBuildID = true } == "5f6f")
        #expect(try key(identifier: "docs") == "docs")
        #expect(try key { $0.packaging = .zip } == "shop.zip")
        #expect(try key("a") { $0.packaging = .zip } == "a")
        #expect(try key(identifier: "docs") { $0.packaging = .zip } == "docs.zip")
    }

    @Test func `the buildspec's name counts only if it overrides the project's`() throws {
        #expect(try key("a", buildspecName: "b") == "a")
        #expect(try key("a", buildspecName: "b/c") { $0.overridesName = true } == "b/c")
        #expect(try key("a") { $0.overridesName = true } == "a")
    }

    @Test func `an 's3-prefix' comes before the build's id and adds the extension`() throws {
        #expect(try key("a", prefix: "p/q") == "a")
        let change: (inout ArtifactOptions) -> Void = {
            $0.includesBuildID = true
            $0.packaging = .zip
        }
        #expect(try key("a", prefix: "p/q", change) == "p/q/5f6f/a.zip")
    }

    @Test(arguments: ["..", "a/../b", "./a"])
    func `a key with dots or without a name for an archive is refused`(name: String) throws {
        #expect(throws: ArtifactSelection.Failure.self) { try key(name) }
        #expect(throws: ArtifactSelection.Failure.self) { try key("/") { $0.packaging = .zip } }
    }

    @Test func `an archive in a directory has checksums, and fixed times make it reproducible`()
        async throws
    {
        var sums: [ArtifactChecksums] = []
        for _ in 0..<2 {
            var build = try TestBuild(
                collecting: ArtifactSet(files: located(["src/**/*"])),
                commands: ["export SOURCE_DATE_EPOCH=1700000000"]
            )
            try build.scratch.write("content", to: "src/file")
            let target = try TemporaryDirectory()
            build.request.project = "shop"
            build.request.artifactsDirectory = target.path
            build.request.artifacts?.packaging = .zip
            let result = try await build.run()
            guard case .collected(let reports, _) = result.artifacts else {
                Issue.record("\(result.artifacts)")
                return
            }
            let report = try #require(reports.first)
            #expect(report.failure == nil)
            #expect(report.files == 1)
            #expect(try target.handle.names() == [Array("shop.zip".utf8)])
            #expect(report.location == target.path.appending("shop.zip").string)
            let archive = PathBytes(target.file("shop.zip").string)
            #expect(try FileStatus.following(archive)?.size == report.bytes)
            sums.append(try #require(report.checksums))
        }
        #expect(sums.count == 2 && sums.first == sums.last)
        #expect(sums[0].sha256.count == 64 && sums[0].md5.count == 32)
    }

    private func upload(
        to bucket: Bucket,
        secondary: [ArtifactsSection.Secondary] = [],
        _ change: (inout ArtifactOptions) -> Void = { _ in }
    ) async throws -> (result: BuildResult, failure: String?) {
        var build = try TestBuild(
            collecting: ArtifactSet(files: located(["src/**/*"])),
            secondary: secondary,
            commands: []
        )
        build.request.project = "shop"
        for name in ["src/a", "src/b c/é+"] { try build.scratch.write(name, to: name) }
        var options = ArtifactOptions(.bucket(bucket))
        change(&options)
        build.request.artifacts = options
        let result = try await build.run()
        return (result, result.artifacts.failure)
    }

    @Test func `the files of artifacts become objects of a bucket`() async throws {
        let bucket = Bucket()
        let set = ArtifactSet(files: located(["src/a"]), discardPaths: true)
        let outcome = try await upload(
            to: bucket,
            secondary: [.init(identifier: "docs", set: set)]
        ) { $0.name = "out/1" }
        #expect(outcome.failure == nil)
        #expect(bucket.keys == ["docs/a", "out/1/src/a", "out/1/src/b c/é+"])
        #expect(bucket.objects.withLock { $0["docs/a"] } == Array("src/a".utf8))
    }

    @Test func `an archive becomes one object, and its temporary file goes`() async throws {
        let bucket = Bucket()
        let outcome = try await upload(to: bucket) { $0.packaging = .zip }
        #expect(outcome.failure == nil)
        #expect(bucket.keys == ["shop.zip"])
        #expect(bucket.objects.withLock { $0["shop.zip"] }?.starts(with: Array("PK".utf8)) == true)
    }

    @Test func `two artifacts with one key upload nothing of the second`() async throws {
        let bucket = Bucket()
        let set = ArtifactSet(files: located(["src/a"]))
        let outcome = try await upload(
            to: bucket,
            secondary: [.init(identifier: "docs", set: set)]
        ) { $0.name = "docs" }
        #expect(outcome.failure?.contains("another artifact has the object 'docs/src/a'") == true)
        #expect(outcome.result.state == .failed)
    }

    @Test func `a bucket that refuses fails the build with its message`() async throws {
        let outcome = try await upload(to: Bucket(failure: "AccessDenied: no"))
        #expect(outcome.failure == "AccessDenied: no")
        #expect(outcome.result.state == .failed)
    }
}
