import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The author of a pull request from a fork decides what its build runs, so the build must not
/// write the cache of main.
@Suite(.timed, .timeLimit(.minutes(5)))
struct `Scopes of CI builds` {
    /// A clone of `team/shop` with a cached file and a buildspec.
    private struct CloneFixture {
        let directory: TemporaryDirectory

        init(origin: String = "https://user:secret@github.com/team/shop.git") throws {
            directory = try TemporaryDirectory()
            try directory.write("ref: refs/heads/main\n", to: ".git/HEAD")
            try directory.write("", to: ".git/objects/x")
            try directory.write("", to: ".git/refs/x")
            try directory.write("[remote \"origin\"]\n\turl = \(origin)\n", to: ".git/config")
            try directory.write("good", to: "vendor/lib")
            try directory.write(
                """
                version: 0.2
                phases:
                  build:
                    commands: [echo hello]
                cache:
                  key: k
                  paths: ['vendor/**/*']

                """,
                to: "buildspec.yml"
            )
        }

        func run(
            _ arguments: [String],
            _ environment: [String: String] = [:]
        ) async throws -> BuildspecProcess.Outcome {
            try await BuildspecProcess.run(
                arguments + ["--cache", "store"],
                in: directory,
                environment: .init(strings: environment)
            )
        }

        func cache(
            _ command: String,
            _ environment: [String: String],
            key: String = "k",
            _ more: [String] = []
        ) async throws -> BuildspecProcess.Outcome {
            try await run(
                ["cache", command, "--path", "vendor/**/*", "--key", key] + more,
                environment
            )
        }

        /// Lists the scopes that have entries.
        func scopes() async throws -> Set<String> {
            let lines = try await run(["cache", "list", "--json"]).output
            return Set(
                lines.split(separator: "\"scope\": \"").dropFirst()
                    .map { String($0.prefix { $0 != "\"" }) }
            )
        }

        /// Writes an event of GitHub Actions, and returns the variables of its build.
        func event(_ text: String, _ name: String = "pull_request") throws -> [String: String] {
            try directory.write(text, to: "event.json")
            return [
                "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name,
                "GITHUB_EVENT_PATH": directory.file("event.json").string,
                "GITHUB_REPOSITORY": "team/shop", "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_REF": "refs/pull/7/merge",
            ]
        }
    }

    private static let main = "github.com/team/shop"
    private static let own = "github.com/team/shop#pr-7"

    private static func event(_ head: String, number: String = "7") -> String {
        #"{"number": \#(number), "pull_request": {"head": {"repo": \#(head)}, "#
            + #""base": {"repo": {"full_name": "team/shop"}}}}"#
    }

    @Test func `a pull request from a fork has a separate scope and reads main's`() async throws {
        let clone = try CloneFixture()
        #expect(try await clone.cache("save", [:]).status == 0)
        #expect(try await clone.scopes() == [Self.main])
        let fork = try clone.event(Self.event(#"{"full_name": "fork/shop"}"#))
        let restored = try await clone.cache("restore", fork)
        #expect(restored.output.contains("from scope '\(Self.main)'"), "\(restored)")
        #expect(restored.error.contains("GitHub Actions reports a pull request"))
        let saved = try await clone.cache("save", fork)
        #expect(saved.status == 0 && saved.error.contains("'\(Self.own)'"), "\(saved)")
        #expect(try await clone.scopes() == [Self.main, Self.own])
        let explained = try await clone.run(["cache", "explain"], fork)
        #expect(explained.output.contains("scope     \(Self.own)"), "\(explained)")
        let run = try await clone.run(["run"], fork)
        #expect(run.status == 0 && (run.output + run.error).contains("'\(Self.own)'"), "\(run)")
        #expect(!"\(restored)\(saved)\(explained)\(run)".contains("secret"))
        // A build of main does not restore what the pull request saved.
        try clone.directory.write("evil", to: "vendor/lib")
        #expect(try await clone.cache("save", fork, key: "new").status == 0)
        let miss = try await clone.cache("restore", [:], key: "new", ["--fail-on-miss"])
        #expect(miss.status == 1, "\(miss)")
    }

    @Test func `an option or variable sets the scope of a pull request`() async throws {
        let clone = try CloneFixture()
        let fork = try clone.event(Self.event(#"{"full_name": "fork/shop"}"#))
        let saved = try await clone.cache("save", fork, ["--scope", "mine"])
        #expect(saved.error == "", "\(saved)")
        var environment = fork
        environment["BUILDSPEC_CACHE_SCOPE"] = "theirs"
        _ = try await clone.cache("save", environment)
        #expect(try await clone.run(["run", "--project", "p"], fork).status == 0)
        #expect(try await clone.scopes() == ["mine", "theirs", "p#pr-7"])
    }

    @Test(arguments: [
        #"{"full_name": "Team/Shop", "fork": true}"#, #"{"full_name": "team/shop"}"#,
    ])
    func `a pull request from the same repository has the scope of main`(head: String) async throws
    {
        let clone = try CloneFixture()
        for name in ["pull_request", "pull_request_target"] {
            let saved = try await clone.cache("save", clone.event(Self.event(head), name))
            #expect(saved.error == "", "\(saved)")
        }
        #expect(try await clone.cache("save", clone.event("{}", "push")).error == "")
        #expect(try await clone.scopes() == [Self.main])
    }

    @Test(arguments: [
        Self.event("null"), Self.event("{}"), Self.event(#"{"full_name": "fork/shop"}"#),
        Self.event(#"{"full_name": 7}"#, number: "1e400"), "", "[", "{}", #"{"pull_request": []}"#,
        String(repeating: "[", count: 100_000), "\u{0}",
        Self.event(#"{"full_name": "x\u001b[31m\ny"}"#, number: #""../../main""#),
    ])
    func `a pull request with any other event has a separate scope`(
        text: String
    ) async throws {
        let clone = try CloneFixture()
        for name in ["pull_request", "pull_request_target", "pull_request_review", "workflow_run"] {
            let saved = try await clone.cache("save", clone.event(text, name), key: name)
            #expect(saved.status == 0, "\(saved)")
        }
        #expect(try await clone.scopes() == [Self.own])
        var missing = try clone.event(text)
        missing["GITHUB_EVENT_PATH"] = "/nowhere"
        #expect(try await clone.cache("save", missing).error.contains("'\(Self.own)'"))
    }

    /// The variables of a CI system, and the part of the scope after that of main; `nil` stands for
    /// main.
    struct Build: Sendable {
        var variables: [String: String]
        var name: String?

        init(_ name: String?, _ variables: [String: String]) {
            (self.name, self.variables) = (name, variables)
        }
    }

    @Test(arguments: [
        Build(
            "mr-3",
            [
                "GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8", "CI_MERGE_REQUEST_PROJECT_ID": "5",
            ]
        ),
        Build(
            nil,
            [
                "GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "5", "CI_PROJECT_ID": "5",
            ]
        ),
        Build(
            "pr-4",
            [
                "BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "4",
                "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/fork/shop.git",
                "BUILDKITE_REPO": "git@github.com:team/shop.git",
            ]
        ),
        Build(
            nil,
            [
                "BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "4",
                "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/team/shop.git",
                "BUILDKITE_REPO": "git@github.com:team/shop.git",
            ]
        ),
        Build(nil, ["BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "false"]),
        Build("pr-9", ["JENKINS_URL": "x", "CHANGE_ID": "9", "CHANGE_FORK": "fork"]),
        Build(nil, ["JENKINS_URL": "x", "CHANGE_ID": "9"]),
        Build("pr-5", ["CIRCLECI": "true", "CIRCLE_PR_NUMBER": "5", "CIRCLE_PR_REPONAME": "shop"]),
        Build(nil, ["CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://github.com/t/s/pull/5"]),
        Build(
            "pr-6",
            [
                "TRAVIS": "true", "TRAVIS_PULL_REQUEST": "6", "TRAVIS_REPO_SLUG": "team/shop",
                "TRAVIS_PULL_REQUEST_SLUG": "fork/shop",
            ]
        ),
        Build(
            nil,
            [
                "TRAVIS": "true", "TRAVIS_PULL_REQUEST": "6", "TRAVIS_REPO_SLUG": "team/shop",
                "TRAVIS_PULL_REQUEST_SLUG": "team/shop",
            ]
        ),
        Build(
            "pr-2",
            [
                "TF_BUILD": "True", "SYSTEM_PULLREQUEST_ISFORK": "True",
                "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "2",
            ]
        ),
        Build(nil, ["TF_BUILD": "True", "SYSTEM_PULLREQUEST_ISFORK": "False"]),
        Build(
            "pr-1",
            [
                "CI": "woodpecker", "CI_PIPELINE_EVENT": "pull_request",
                "CI_COMMIT_PULL_REQUEST": "1",
            ]
        ),
        Build(
            "pr-1",
            ["DRONE": "true", "DRONE_BUILD_EVENT": "pull_request", "DRONE_PULL_REQUEST": "1"]
        ),
        Build(nil, ["DRONE": "true", "DRONE_BUILD_EVENT": "push"]),
        Build("pr-8", ["CODEBUILD_BUILD_ID": "x:y", "CODEBUILD_WEBHOOK_TRIGGER": "pr/8"]),
        Build("pr-9", ["CODEBUILD_WEBHOOK_TRIGGER": "pr/9"]),
        Build("pr-9", ["CODEBUILD_SOURCE_VERSION": "pr/9"]),
        Build(nil, ["CODEBUILD_BUILD_ID": "x:y", "CODEBUILD_WEBHOOK_TRIGGER": "branch/main"]),
        Build(
            "pr-8",
            [
                "APPVEYOR": "True", "APPVEYOR_PULL_REQUEST_NUMBER": "8",
                "APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME": "fork/shop",
                "APPVEYOR_REPO_NAME": "team/shop",
            ]
        ),
        Build(
            "pr-8",
            [
                "SEMAPHORE": "true", "SEMAPHORE_GIT_REF_TYPE": "pull-request",
                "SEMAPHORE_GIT_PR_NUMBER": "8", "SEMAPHORE_GIT_PR_SLUG": "fork/shop",
                "SEMAPHORE_GIT_REPO_SLUG": "team/shop",
            ]
        ),
        Build(
            "pr-9",
            ["CHANGE_FORK": "fork", "CHANGE_ID": "9", "JENKINS_HOME": "/x", "BUILD_TAG": "t"]
        ),
        Build("pr-9", ["CHANGE_FORK": "fork", "CHANGE_ID": "9", "HUDSON_URL": "x"]),
        Build("pr-9", ["CHANGE_FORK": "fork", "CHANGE_ID": "9", "BUILD_TAG": "t"]),
        Build("pr-3", ["JENKINS_HOME": "/x", "ghprbPullId": "3"]),
        Build(
            "pr-3",
            [
                "JENKINS_HOME": "/x", "ghprbPullId": "3", "ghprbGhRepository": "team/shop",
                "ghprbAuthorRepoGitUrl": "https://github.com/fork/shop.git",
            ]
        ),
        Build(
            nil,
            [
                "JENKINS_HOME": "/x", "ghprbPullId": "3", "ghprbGhRepository": "team/shop",
                "ghprbAuthorRepoGitUrl": "https://github.com/team/shop.git",
            ]
        ),
        Build(
            "mr-3",
            [
                "JENKINS_HOME": "/x", "gitlabMergeRequestIid": "3",
                "gitlabSourceRepoHttpUrl": "https://h/fork/shop.git",
                "gitlabTargetRepoHttpUrl": "https://h/team/shop.git",
            ]
        ),
        Build(
            nil,
            [
                "JENKINS_HOME": "/x", "gitlabMergeRequestIid": "3",
                "gitlabSourceRepoHttpUrl": "https://h/team/shop.git",
                "gitlabTargetRepoHttpUrl": "https://h/team/shop.git",
            ]
        ),
        Build("pr-7", ["CODEBUILD_BUILD_ID": "x:y", "CODEBUILD_SOURCE_VERSION": "pr/7"]),
        Build(
            "pr-7",
            ["CODEBUILD_BUILD_ID": "x:y", "CODEBUILD_SOURCE_VERSION": "refs/pull/7/head^{abc}"]
        ),
        Build(
            "pr",
            [
                "CODEBUILD_BUILD_ID": "x:y", "CODEBUILD_SOURCE_VERSION": "abc",
                "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED",
            ]
        ),
        Build(
            nil,
            [
                "CODEBUILD_BUILD_ID": "x:y", "CODEBUILD_SOURCE_VERSION": "pr/7",
                "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_MERGED",
            ]
        ),
        Build(nil, ["CODEBUILD_BUILD_ID": "x:y", "CODEBUILD_SOURCE_VERSION": "main"]),
        Build("pr", ["GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "external_pull_request_event"]),
        Build(
            "mr",
            [
                "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event",
                "CI_PROJECT_ID": "5",
            ]
        ),
        Build("mr-3", ["GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3", "CI_PROJECT_ID": "5"]),
        Build(
            "mr-3",
            [
                "GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3",
                "CI_PIPELINE_SOURCE": "merge_request_event",
            ]
        ),
        Build(nil, ["GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_PROJECT_ID": "5"]),
        Build("pr", ["TF_BUILD": "True", "BUILD_REASON": "PullRequest"]),
        Build(
            "pr-4",
            ["CF_BUILD_ID": "x", "CF_PULL_REQUEST_NUMBER": "4", "CF_PULL_REQUEST_IS_FORK": "true"]
        ),
        Build("pr-4", ["CF_BUILD_ID": "x", "CF_PULL_REQUEST_NUMBER": "4"]),
        Build(
            nil,
            ["CF_BUILD_ID": "x", "CF_PULL_REQUEST_NUMBER": "4", "CF_PULL_REQUEST_IS_FORK": "false"]
        ),
        Build(nil, ["CF_BUILD_ID": "x", "CF_BRANCH": "main"]),
        Build(
            "pr-5",
            [
                "BITRISE_PULL_REQUEST": "5",
                "BITRISEIO_PULL_REQUEST_REPOSITORY_URL": "https://github.com/fork/shop.git",
                "GIT_REPOSITORY_URL": "git@github.com:team/shop.git",
            ]
        ),
        Build(
            "pr-5",
            ["BITRISE_PULL_REQUEST": "5", "GIT_REPOSITORY_URL": "git@github.com:team/shop.git"]
        ),
        Build(
            nil,
            [
                "BITRISE_PULL_REQUEST": "5",
                "BITRISEIO_PULL_REQUEST_REPOSITORY_URL": "https://github.com/team/shop.git",
                "GIT_REPOSITORY_URL": "git@github.com:team/shop.git",
            ]
        ),
        Build("pr-6", ["CIRRUS_CI": "true", "CIRRUS_PR": "6"]),
        Build("pr-6", ["CIRRUS_CI": "true", "CIRRUS_PR": "6", "CIRRUS_USER_PERMISSION": "read"]),
        Build(nil, ["CIRRUS_CI": "true", "CIRRUS_PR": "6", "CIRRUS_USER_PERMISSION": "write"]),
        Build(nil, ["CIRRUS_CI": "true", "CIRRUS_BRANCH": "main"]),
        Build("pr-8", ["PROW_JOB_ID": "x", "JOB_TYPE": "presubmit", "PULL_NUMBER": "8"]),
        Build(nil, ["PROW_JOB_ID": "x", "JOB_TYPE": "postsubmit"]),
        Build(nil, ["BITBUCKET_PR_ID": "8", "BITBUCKET_PR_DESTINATION_BRANCH": "main"]),
        Build(nil, [:]),
    ])
    func `the variables of a CI system decide the scope`(build: Build) async throws {
        let clone = try CloneFixture()
        let saved = try await clone.cache("save", build.variables)
        let expected = Self.main + (build.name.map { "#\($0)" } ?? "")
        #expect(try await clone.scopes() == [expected], "\(build.variables): \(saved)")
        #expect(saved.error.isEmpty == (build.name == nil), "\(saved)")
        // The warning does not claim more than the variables of the system say.
        let isKnown = saved.error.contains("reports a pull request from a fork:")
        let isGuess = saved.error.contains("reports a pull request that may come from a fork:")
        let asks = ["DRONE", "CODEBUILD_BUILD_ID", "CIRRUS_CI", "PROW_JOB_ID", "CI"]
        if asks.contains(where: { build.variables[$0] != nil }) { #expect(!isKnown, "\(saved)") }
        if build.variables.keys.contains(where: { $0 == "CHANGE_FORK" }) { #expect(isKnown) }
        #expect((isKnown || isGuess) == (build.name != nil), "\(saved)")
    }

    @Test func `an entry of an earlier version is found by repository or directory`() async throws {
        for origin in ["git@github.com:team/shop.git", ""] {
            let clone = try CloneFixture(origin: origin)
            let old = origin.isEmpty ? clone.directory.path.lastComponent?.string ?? "" : "shop"
            _ = try await clone.cache("save", [:], ["--scope", old])
            let restored = try await clone.cache("restore", [:])
            #expect(restored.output.contains("from scope '\(old)'"), "\(restored)")
            _ = try await clone.cache("save", [:])
            #expect(try await clone.scopes().count == 2)
            #expect(!(try await clone.cache("restore", [:]).output.contains("from scope")))
        }
    }
}
