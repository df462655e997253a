import BuildspecModel
import TestSupport
import Testing

@Suite(.timed) struct `Buildspec model` {
    @Test func `every section of a buildspec file is read`() throws {
        let buildspec = try parsed(
            """
            version: 0.2
            run-as: builder
            env:
              shell: bash
              variables:
                PORT: 8080
                ZIP: 010
                EMPTY: ""
              parameter-store:
                TOKEN: /ci/token
              secrets-manager:
                PASSWORD: prod/db:password::v1
              exported-variables: [TAG]
              git-credential-helper: Yes
            phases:
              install:
                runtime-versions: {python: 3.10}
                commands: [make deps]
              build:
                on-failure: Retry-3-timeout-.*
                run-as: other
                commands:
                  - make
                finally:
                  - make clean
            cache:
              paths: ['/root/.m2/**/*']
              key: m2-$(codebuild-hash-files pom.xml)
              fallback-keys: [m2-]
              action: restore
            artifacts:
              files: app.jar
              name: app-$TAG
              discard-paths: yes
              base-directory: target
              exclude-paths: '**/*.tmp'
              enable-symlinks: true
              s3-prefix: nightly
              secondary-artifacts:
                docs:
                  files: ['site/**/*']
            """
        )
        #expect(buildspec.version == .v02)
        #expect(buildspec.runAs?.value == "builder")
        #expect(buildspec.env.shell?.value == "bash")
        let variables = buildspec.env.variables.map { "\($0.name)=\($0.value.value)" }
        #expect(variables == ["PORT=8080", "ZIP=010", "EMPTY="])
        #expect(buildspec.env.parameterStore.map(\.value.value) == ["/ci/token"])
        #expect(buildspec.env.secretsManager.map(\.value.value) == ["prod/db:password::v1"])
        #expect(buildspec.env.exportedVariables.map(\.value) == ["TAG"])
        #expect(buildspec.env.gitCredentialHelper)

        let install = try #require(buildspec.phases[.install])
        #expect(install.runtimeVersions.map { "\($0.name) \($0.version.value)" } == ["python 3.10"])
        #expect(install.commands.map(\.value) == ["make deps"])
        let build = try #require(buildspec.phases[.build])
        #expect(build.onFailure == .retry(count: 3, pattern: "timeout-.*"))
        #expect(build.runAs?.value == "other")
        #expect(build.finally.map(\.value) == ["make clean"])
        #expect(buildspec.phases[.postBuild] == nil)

        let cache = try #require(buildspec.cache)
        #expect(cache.paths.map(\.value) == ["/root/.m2/**/*"])
        #expect(cache.key?.value == "m2-$(codebuild-hash-files pom.xml)")
        #expect(cache.fallbackKeys.map(\.value) == ["m2-"])
        #expect(cache.action == .restore)

        let artifacts = try #require(buildspec.artifacts)
        #expect(artifacts.primary.files.map(\.value) == ["app.jar"])
        #expect(artifacts.primary.name?.value == "app-$TAG")
        #expect(artifacts.primary.discardPaths && artifacts.primary.enableSymlinks)
        #expect(artifacts.primary.baseDirectory?.value == "target")
        #expect(artifacts.primary.excludePaths.map(\.value) == ["**/*.tmp"])
        #expect(artifacts.primary.s3Prefix?.value == "nightly")
        #expect(artifacts.secondary.map(\.identifier) == ["docs"])
    }

    @Test func `commands have their positions in the file`() throws {
        let buildspec = try parsed(
            """
            version: 0.2
            phases:
              build:
                commands:
                  - make 'ä€😀'
                  - "quoted"
                  - |
                    block
            """
        )
        let commands = try #require(buildspec.phases[.build]?.commands)
        #expect(commands[0].range.start == SourcePosition(line: 5, column: 9))
        #expect(commands[0].range.end == SourcePosition(line: 5, column: 19))
        #expect(commands[1].range.start == SourcePosition(line: 6, column: 9))
        #expect(commands[1].range.end == SourcePosition(line: 6, column: 17))
        #expect(commands[2].value == "block")
        #expect(commands[2].range.start == SourcePosition(line: 7, column: 9))
    }

    @Test(arguments: [
        ("ABORT", OnFailure.abort), ("continue", .continue),
        ("RETRY", .retry(count: 3, pattern: ".*")),
        ("RETRY-7", .retry(count: 7, pattern: ".*")), ("retry-0", .retry(count: 0, pattern: ".*")),
        ("RETRY-.*timeout.*", .retry(count: 3, pattern: ".*timeout.*")),
        ("Retry-5-exit status 2", .retry(count: 5, pattern: "exit status 2")),
        ("RETRY-5x", .retry(count: 3, pattern: "5x")),
    ])
    func `on-failure has the forms of the guide (build-spec-ref: on-failure)`(
        text: String,
        expected: OnFailure
    ) throws {
        let buildspec = try parsed(
            "version: 0.2\nphases: {build: {on-failure: '\(text)', commands: [a]}}"
        )
        #expect(buildspec.phases[.build]?.onFailure == expected)
    }

    @Test(arguments: ["yes", "Yes", "TRUE", "on", "'yes'", "\"true\""])
    func `a flag is true for 'yes', 'true' and 'on' in any case`(word: String) throws {
        let buildspec = try parsed(
            "version: 0.2\nartifacts: {files: [a], discard-paths: \(word)}\nphases: {}"
        )
        #expect(buildspec.artifacts?.primary.discardPaths == true)
    }

    @Test(arguments: ["no", "NO", "false", "Off", "''", "~"])
    func `a flag is false for 'no', 'false', 'off' and empty values`(word: String) throws {
        let text = "version: 0.2\nartifacts: {files: [a], discard-paths: \(word)}\nphases: {}"
        let result = Buildspec.parse(Array(text.utf8), options: ParseOptions(isLenient: true))
        #expect(result.buildspec?.artifacts?.primary.discardPaths == false)
    }

    @Test(arguments: ["0.1", "0.2", "'0.2'", "\"0.1\""])
    func `the version can be quoted`(text: String) throws {
        _ = try parsed("version: \(text)\nphases: {}")
    }

    @Test func `version 0·1 has environment_variables with plaintext`() throws {
        let text = """
            version: 0.1
            environment_variables:
              plaintext: {A: b}
              parameter-store: {C: d}
            phases: {build: {commands: [make]}}
            """
        check(text, [])
        let buildspec = try parsed(text)
        #expect(buildspec.version == .v01)
        #expect(buildspec.env.variables.map(\.name) == ["A"])
        #expect(buildspec.env.parameterStore.map(\.name) == ["C"])
    }

    @Test func `a buildspec file can be JSON`() throws {
        let buildspec = try parsed(
            #"{"version": "0.2", "phases": {"build": {"commands": ["echo \"a: b\""]}}}"#
        )
        #expect(buildspec.phases[.build]?.commands.map(\.value) == [#"echo "a: b""#])
    }

    @Test func `the reports and proxy sections are read`() throws {
        let buildspec = try parsed(
            """
            version: 0.2
            phases: {build: {commands: [make]}}
            proxy: {upload-artifacts: yes, logs: no}
            reports:
              arn:aws:codebuild:us-east-1:123456789012:report-group/unit:
                files: ['**/*.xml']
                file-format: JunitXml
                base-directory: out
                discard-paths: false
              $GROUP: {files: [cover.json], file-format: SIMPLECOV}
            """
        )
        #expect(buildspec.proxy == ProxySection(uploadArtifacts: true, logs: false))
        #expect(buildspec.reports.map(\.fileFormat?.value) == ["JUNITXML", "SIMPLECOV"])
        #expect(
            buildspec.reports.map(\.name.value)
                == ["arn:aws:codebuild:us-east-1:123456789012:report-group/unit", "$GROUP"]
        )
    }
}
