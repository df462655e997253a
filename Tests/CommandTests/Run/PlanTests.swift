import BuildspecModel
import BuildspecRunner
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import buildspec

@Suite(.timed, .timeLimit(.minutes(1))) struct `Build plans` {
    private static let text = """
        version: 0.2
        env:
          variables: {MODE: release, KEPT: kept}
          secrets-manager: {PASS: prod/db:password}
        phases:
          install:
            runtime-versions: {nodejs: 20}
            commands: [npm ci]
          build:
            on-failure: ABORT
            commands:
              - |
                touch ran
                echo $MODE
            finally: [rm -f x]
        cache:
          key: k-$(echo $MODE)-$PASS
          fallback-keys: [k-]
          paths: ['$KEPT/**/*', '$UNSET/x']
        artifacts: {files: ['**/*'], base-directory: dist}
        """

    /// Plans the build in a new directory that has `kept/file`.
    ///
    /// - Parameters:
    ///   - evaluatingKeys: Whether the plan evaluates the cache keys.
    ///   - change: A change of the request.
    /// - Returns: The plan, the buildspec, and the names in the directory after the planning.
    /// - Throws: The error of the plan.
    private func plan(
        evaluatingKeys: Bool = false,
        _ change: (inout BuildRequest) -> Void = { _ in }
    ) async throws -> (plan: BuildPlan, buildspec: Buildspec, left: [String]) {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "buildspec-plan-\(UUID().uuidString)")
        let kept = folder.appending(path: "kept")
        try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("x".utf8).write(to: kept.appending(path: "file"))
        let buildspec = try #require(Buildspec.parse(Array(Self.text.utf8)).buildspec)
        var request = BuildRequest(
            buildspec,
            sourceDirectory: FilePath(folder.path),
            hostEnvironment: ["PATH": "/usr/bin:/bin"],
            stateDirectory: FilePath(folder.appending(path: "state").path)
        )
        change(&request)
        let plan = try await BuildRunner.plan(request, evaluatingKeys: evaluatingKeys)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (plan, buildspec, left)
    }

    @Test func `a plan runs no command and leaves no file`() async throws {
        let (plan, _, left) = try await plan(evaluatingKeys: true)
        #expect(left == ["kept"])
        #expect(plan.phases.map(\.name) == PhaseName.allCases)
        #expect(plan.phases.filter(\.isSelected).count == 4)
    }

    @Test func `a plan counts the files that each cache path matches`() async throws {
        let cache = try #require(try await plan().plan.cache)
        #expect(cache.paths.map(\.expanded) == ["kept/**/*", nil])
        #expect(cache.paths.map(\.matchCount) == [2, 0])
        #expect(cache.evaluatedKeys == nil)
    }

    @Test func `a plan with evaluated keys hides the secrets in them`() async throws {
        let (plan, _, _) = try await plan(evaluatingKeys: true) {
            $0.overrides = [BuildRequest.Override(name: "PASS", value: "hush")]
        }
        #expect(plan.cache?.evaluatedKeys == ["k-release-***", "k-"])
    }

    @Test func `a plan shows unusable keys and linked cache paths with warnings`() async throws {
        let text = """
            version: 0.2
            phases: {build: {commands: [make]}}
            cache:
              key: k-$(false)
              fallback-keys: [$NEVER, b-$NEVER, '']
              paths: [kept/**/*, 'link/**/*']
            """
        let (plan, _, _) = try await plan(evaluatingKeys: true) { request in
            request.buildspec = Buildspec.parse(Array(text.utf8)).buildspec ?? request.buildspec
            let link = request.sourceDirectory.appending("link").string
            try? FileManager.default.createSymbolicLink(
                atPath: link,
                withDestinationPath: "kept"
            )
        }
        #expect(
            plan.cache?.evaluatedKeys == [
                "(skipped, it cannot be evaluated: '$(false)' ended with status 1)",
                "(skipped, it is empty: 'NEVER' is not set before INSTALL)", "b-",
                "(skipped, it is empty)",
            ]
        )
        // The target of the link is among the paths, so the link is saved as a link.
        #expect(
            plan.warnings == [
                "cache not used: the cache key 'k-$(false)' cannot be evaluated: '$(false)' ended "
                    + "with status 1",
                "cache fallback key '$NEVER' is skipped: it is empty: 'NEVER' is not set before "
                    + "INSTALL",
                "cache fallback key 'b-$NEVER' is 'b-': 'NEVER' is not set before INSTALL",
            ]
        )
        let (other, _, _) = try await self.plan { request in
            let linked = text.replacing("kept/**/*, ", with: "")
            request.buildspec = Buildspec.parse(Array(linked.utf8)).buildspec ?? request.buildspec
            let link = request.sourceDirectory.appending("link").string
            try? FileManager.default.createSymbolicLink(
                atPath: link,
                withDestinationPath: "kept"
            )
        }
        #expect(
            other.warnings == [
                "cache: 'link' is a symbolic link, and the cache does not follow links; write "
                    + "'kept/**/*' instead"
            ]
        )
    }

    @Test func `a plan never shows the value of a secret`() async throws {
        let (plan, buildspec, _) = try await plan(evaluatingKeys: true) {
            $0.overrides = [
                BuildRequest.Override(name: "PASS", value: "hush"),
                BuildRequest.Override(name: "MODE", value: "debug"),
            ]
        }
        for text in [PlanText.print(plan, buildspec), PlanJSON.print(plan, buildspec)] {
            #expect(!text.contains("hush"))
            #expect(text.contains("prod/db:password"))
            #expect(text.contains("debug"))
        }
    }

    @Test func `a plan as text has the phases, commands, variables and artifacts`() async throws {
        let (plan, buildspec, _) = try await plan { $0.selectedPhases = [.build] }
        let lines = PlanText.print(plan, buildspec).split(separator: "\n").map(String.init)
        #expect(lines.contains("  PASS=*** (secrets-manager: prod/db:password)"))
        #expect(lines.contains("phase install (left out)"))
        #expect(lines.contains("phase build (a failure ends the build)"))
        #expect(lines.contains("  $ touch ran"))
        #expect(lines.contains("    echo $MODE"))
        #expect(lines.contains("  finally $ rm -f x"))
        #expect(lines.contains("  primary: **/* in dist"))
    }

    @Test(arguments: ["env: {shell: powershell.exe}", "run-as: no-such-user"])
    func `a plan of a build that cannot start here has a warning and the rest`(
        key: String
    ) async throws {
        let text =
            "version: 0.2\n\(key)\nphases: {install: {commands: [make]}}\ncache: {key: k, paths: [a]}\n"
        let other = try #require(Buildspec.parse(Array(text.utf8)).buildspec)
        let (plan, _, left) = try await plan { $0.buildspec = other }
        #expect(left == ["kept"])
        #expect(plan.phases.first?.phase.commands.map(\.value) == ["make"])
        let warning = try #require(plan.warnings.first)
        #expect(warning.hasPrefix("the build would not start: "), "\(warning)")
        #expect(warning.hasSuffix("(line 2)"))
        #expect(plan.shell == (key.hasPrefix("env") ? "powershell.exe" : "/bin/sh"))
        await #expect(throws: SetupError.self) {
            try await self.plan(evaluatingKeys: true) { $0.buildspec = other }
        }
    }

    @Test func `a plan as JSON is one object of version 1`() async throws {
        let (plan, buildspec, _) = try await plan()
        let text = PlanJSON.print(plan, buildspec)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        #expect(object["version"] as? Int == 1)
        let phases = try #require(object["phases"] as? [[String: Any]])
        #expect(
            phases.map { $0["name"] as? String } == ["install", "pre_build", "build", "post_build"]
        )
        #expect(phases[2]["commands"] as? [String] == ["touch ran\necho $MODE\n"])
        #expect((phases[2]["onFailure"] as? [String: String]) == ["action": "abort"])
    }
}
