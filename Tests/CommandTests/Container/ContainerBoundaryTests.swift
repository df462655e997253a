import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// Commands in a container, which must not make the runner use files outside of the sources.
extension ContainerTests {
    @Test func `a build cannot replace the runner's directories with links`() async throws {
        let outside = try precious()
        let store = try TemporaryDirectory()
        let outcome = try await run(
            building(
                """
                cd /codebuild/output/tmp
                for name in cache answers; do
                    rm -rf $name && ln -s \(outside.path) $name
                done
                codebuild-hash-files none
                mkdir -p /opt/x && echo a >/opt/x/a
                """
            ) + "\ncache: {paths: ['/opt/x/**/*']}",
            "--cache",
            store.path.string
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try outside.handle.names() == [Array("precious".utf8)])
    }

    @Test func `artifacts of a container include only files of the sources`() async throws {
        let outside = try precious()
        let name = outside.path.lastComponent?.string ?? ""
        let outcome = try await run(
            building("echo a > a; ln -s \(outside.path)/precious b; ln -s a c")
                + "\nartifacts: {files: [a, b, c, ../\(name)/precious]}",
            "--artifacts",
            "out"
        )
        #expect(outcome.status == 0, "\(outcome)")
        let out = try DirectoryHandle.open(PathBytes(directory.file("out").string))
        #expect(try out.names() == ["a", "c"].map { Array($0.utf8) })
        #expect(outcome.error.split(separator: "is left out: it is '").count == 3, "\(outcome)")
    }

    @Test func `a pattern that leads out of the sources is not hashed in a container`() async throws
    {
        let outcome = try await run(
            building(
                "codebuild-hash-files ../x; codebuild-hash-files $CODEBUILD_SRC_DIR/a/../../x"
            )
        )
        #expect(outcome.output.split(separator: "is not in the sources, and only").count == 3)
    }

    @Test func `a link or escaped path out of the sources is not hashed in a container`()
        async throws
    {
        let outside = try precious()
        let outcome = try await run(
            building(
                "ln -s \(outside.path)/precious a; ln -s \(outside.path) b; echo x > x; ln -s x c",
                "for glob in a b/precious b '\\.\\./x' c; do codebuild-hash-files \"$glob\"; "
                    + "echo \"> $?\"; done"
            )
        )
        #expect(lines(outcome) == ["3", "3", "3", "3", "0"], "\(outcome)")
        #expect(outcome.output.split(separator: "leads out of the sources\n").count == 4)
    }

    /// Makes a directory of the host with a file that a build must not touch.
    private func precious() throws -> TemporaryDirectory {
        let outside = try TemporaryDirectory()
        try outside.write("mine", to: "precious")
        return outside
    }
}
