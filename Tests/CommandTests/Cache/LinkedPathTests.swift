import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A work directory that a shell came into through a link, and a cache directory that is one.
@Suite(.timeLimit(.minutes(1)))
struct LinkedPathTests {
    @Test func `'$PWD' in a linked root names the same entry as a relative path`() async throws {
        let place = try TemporaryDirectory()
        try place.write("kept", to: "real/x/file")
        try place.handle.makeLink("link".utf8, to: Array("real".utf8))
        let script = """
            buildspec() { "$PROGRAM" cache "$@" --cache ../store --scope s --key k; }
            cd link
            buildspec save --path "$PWD/x/**/*"
            buildspec save --path 'x/**/*'
            buildspec restore --path "$PWD/x/**/*" --root "$PWD"
            """
        let variables = BuildspecProcess.environment(in: place)
            .merging(["PROGRAM": BuildspecProcess.path.string]) { $1 }
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-ec", script],
            environment: .custom(variables),
            workingDirectory: place.path,
            input: .none,
            output: .string(limit: 1 << 16),
            error: .combinedWithOutput
        )
        let lines = result.standardOutput.split(separator: "\n")
        try #require(lines.count == 3, "\(result.standardOutput)")
        #expect(lines[0].hasPrefix("cache: saved 1 file"))
        #expect(lines[1].contains("already stored"))
        #expect(lines[2].hasPrefix("cache: restored 1 file"))
    }

    @Test func `a build whose cache path is a link succeeds and warns with the path to write`()
        async throws
    {
        let place = try TemporaryDirectory()
        try place.write(
            """
            version: 0.2
            phases: {build: {commands: ['mkdir -p actual; ln -s actual dist; echo x > dist/file']}}
            cache: {key: k, paths: ['dist/**/*']}
            """,
            to: "work/buildspec.yml"
        )
        let arguments = ["run", "--source", "work", "--cache", "store", "--project", "s"]
        let build = try await BuildspecProcess.run(arguments, in: place)
        #expect(build.status == 0)
        #expect(
            build.error.contains("cache not saved: 'dist' is a symbolic link")
                && build.error.contains("write 'actual' instead"),
            "\(build.error)"
        )
        try place.handle.directory("work".utf8).removeFile("dist".utf8)
        let strict = try await BuildspecProcess.run(arguments + ["--strict-cache"], in: place)
        #expect(strict.status == 3, "\(strict.error)")
    }
}
