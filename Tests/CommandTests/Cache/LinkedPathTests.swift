import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A source root that a shell enters through a link, and a cache path that is a link.
@Suite(.timed, .timeLimit(.minutes(1)))
struct LinkedPathTests {
    @Test func `'$PWD' in a linked root names the same entry as a relative path`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("kept", to: "real/x/file")
        try directory.handle.makeLink("link".utf8, to: Array("real".utf8))
        let script = """
            buildspec() { "$PROGRAM" cache "$@" --cache ../store --scope s --key k; }
            cd link
            buildspec save --path "$PWD/x/**/*"
            buildspec save --path 'x/**/*'
            buildspec restore --path "$PWD/x/**/*" --root "$PWD"
            """
        let variables = BuildspecProcess.environment(in: directory)
            .merging(["PROGRAM": BuildspecProcess.path.string]) { $1 }
        let output = try await directory.shell(script, environment: .custom(variables))
        let lines = output.split(separator: "\n")
        try #require(lines.count == 3, "\(output)")
        #expect(lines[0].hasPrefix("cache: saved 1 file"))
        #expect(lines[1].contains("already stored"))
        #expect(lines[2].hasPrefix("cache: restored 1 file"))
    }

    @Test func `a build whose cache path is a link succeeds and warns with the path to write`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases: {build: {commands: ['mkdir -p actual; ln -s actual dist; echo x > dist/file']}}
            cache: {key: k, paths: ['dist/**/*']}
            """,
            to: "work/buildspec.yml"
        )
        let arguments = ["run", "--source", "work", "--cache", "store", "--project", "s"]
        let build = try await BuildspecProcess.run(arguments, in: directory)
        #expect(build.status == 0)
        #expect(
            build.error.contains("cache not saved: 'dist' is a symbolic link")
                && build.error.contains("write 'actual/**/*' instead"),
            "\(build.error)"
        )
        try directory.handle.directory("work".utf8).removeFile("dist".utf8)
        let strict = try await BuildspecProcess.run(arguments + ["--strict-cache"], in: directory)
        #expect(strict.status == 3, "\(strict.error)")
    }
}
