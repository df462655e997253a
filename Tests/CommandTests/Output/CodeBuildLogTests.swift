import SystemPackage
import TestSupport
import Testing

/// `run --log-format codebuild`, compared with the lines of published build logs.
@Suite(.timed, .timeLimit(.minutes(2)))
struct CodeBuildLogTests {
    @Test func `the 'codebuild' log has the lines of CodeBuild`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            """
            version: 0.2
            phases:
              pre_build:
                commands: ['echo one', 'printf $TOKEN']
              build:
                commands:
                  - |
                    echo two
                    exit 2
            artifacts:
              files: ['buildspec.yml', nothing.txt]
            """,
            to: "buildspec.yml"
        )
        let outcome = try await BuildspecProcess.run(
            [
                "run", "--cache", "none", "--artifacts", "out", "--log-format", "codebuild",
                "--mask", "TOKEN", "--env", "TOKEN=s3cr3t-of-tess",
            ],
            in: directory
        )
        #expect(outcome.status == 1)
        #expect(outcome.error == "")
        let time = #/\[Container\] [0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8}\.[0-9]{6} /#
        let text = outcome.output.replacing(time, with: "[C] ")
            .replacing(directory.path.string, with: "ROOT")
            .replacing(#/took 0\.[0-9]{6} seconds/#, with: "took 0.SSSSSS seconds")
        let pending = " "  // a line that ends in a space
        #expect(
            text == """
                [C] Waiting for DOWNLOAD_SOURCE
                [C] Phase is DOWNLOAD_SOURCE
                [C] CODEBUILD_SRC_DIR=ROOT
                [C] YAML location is ROOT/buildspec.yml
                [C] Processing environment variables
                [C] No runtime version selected in buildspec.
                [C] Moving to directory ROOT
                [C] Cache is not defined in the buildspec
                [C] Skip cache due to: no paths specified to be cached
                [C] Phases found in YAML: 2
                [C]  PRE_BUILD: 2 commands
                [C]  BUILD: 1 commands
                [C] Phase complete: DOWNLOAD_SOURCE State: SUCCEEDED
                [C] Phase context status code:  Message:\(pending)
                [C] Entering phase INSTALL
                [C] Phase complete: INSTALL State: SUCCEEDED
                [C] Phase context status code:  Message:\(pending)
                [C] Entering phase PRE_BUILD
                [C] Running command echo one
                one

                [C] Running command printf $TOKEN
                ***

                [C] Phase complete: PRE_BUILD State: SUCCEEDED
                [C] Phase context status code:  Message:\(pending)
                [C] Entering phase BUILD
                [C] Running command echo two
                exit 2

                two

                [C] Command did not exit successfully echo two
                exit 2
                 exit status 2
                [C] Phase complete: BUILD State: FAILED
                [C] Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing command: echo two
                exit 2
                . Reason: exit status 2
                [C] Entering phase POST_BUILD
                [C] Phase complete: POST_BUILD State: SUCCEEDED
                [C] Phase context status code:  Message:\(pending)
                [C] Expanding base directory path: .
                [C] Assembling file list
                [C] Expanding .
                [C] Expanding file paths for base directory .
                [C] Assembling file list
                [C] Expanding buildspec.yml
                [C] Expanding nothing.txt
                [C] Skipping invalid file path nothing.txt
                [C] Found 1 file(s)
                [C] Set report auto-discover timeout to 5 seconds
                [C] Expanding base directory path:  .
                [C] Assembling file list
                [C] Expanding .
                [C] Expanding file paths for base directory .
                [C] Assembling file list
                [C] Expanding **/*
                [C] No matching auto-discover report paths found
                [C] Report auto-discover file discovery took 0.SSSSSS seconds
                [C] Phase complete: UPLOAD_ARTIFACTS State: SUCCEEDED
                [C] Phase context status code:  Message:\(pending)

                """
        )
    }
}
