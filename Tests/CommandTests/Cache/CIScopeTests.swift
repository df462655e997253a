import BuildspecFiles
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Who opens a pull request from a fork decides what its build runs, so it must not write main's cache.
@Suite(.timeLimit(.minutes(5)))
struct `Scopes of CI builds` {
    /// A repository that is a clone of `team/shop`, with a cached file and a buildspec.
    private struct Place {
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
                environment: environment.reduce(into: [:]) { all, variable in
                    all[Environment.Key(stringLiteral: variable.key)] = variable.value
                }
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

        /// The scopes that have entries.
        func scopes() async throws -> Set<String> {
            let lines = try await run(["cache", "list", "--json"]).output
            return Set(
                lines.split(separator: "\"scope\": \"").dropFirst()
                    .map { String($0.prefix { $0 != "\"" }) }
            )
        }

        /// An event of GitHub.
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
        let place = try Place()
        #expect(try await place.cache("save", [:]).status == 0)
        #expect(try await place.scopes() == [Self.main])
        let fork = try place.event(Self.event(#"{"full_name": "fork/shop"}"#))
        let restored = try await place.cache("restore", fork)
        #expect(restored.output.contains("from scope '\(Self.main)'"), "\(restored)")
        #expect(restored.error.contains("GitHub Actions reports a pull request"))
        let saved = try await place.cache("save", fork)
        #expect(saved.status == 0 && saved.error.contains("'\(Self.own)'"), "\(saved)")
        #expect(try await place.scopes() == [Self.main, Self.own])
        let explained = try await place.run(["cache", "explain"], fork)
        #expect(explained.output.contains("scope     \(Self.own)"), "\(explained)")
        let run = try await place.run(["run"], fork)
        #expect(run.status == 0 && (run.output + run.error).contains("'\(Self.own)'"), "\(run)")
        #expect(!"\(restored)\(saved)\(explained)\(run)".contains("secret"))
        // What the request saved is nothing that main restores.
        try place.directory.write("evil", to: "vendor/lib")
        #expect(try await place.cache("save", fork, key: "new").status == 0)
        let miss = try await place.cache("restore", [:], key: "new", ["--fail-on-miss"])
        #expect(miss.status == 1, "\(miss)")
    }

    @Test func `an option or variable sets the scope of a pull request`() async throws {
        let place = try Place()
        let fork = try place.event(Self.event(#"{"full_name": "fork/shop"}"#))
        let saved = try await place.cache("save", fork, ["--scope", "mine"])
        #expect(saved.error == "", "\(saved)")
        var environment = fork
        environment["BUILDSPEC_CACHE_SCOPE"] = "theirs"
        _ = try await place.cache("save", environment)
        #expect(try await place.run(["run", "--project", "p"], fork).status == 0)
        #expect(try await place.scopes() == ["mine", "theirs", "p#pr-7"])
    }

    @Test(arguments: [
        #"{"full_name": "Team/Shop", "fork": true}"#, #"{"full_name": "team/shop"}"#,
    ])
    func `a pull request from the same repository has the scope of main`(head: String) async throws
    {
        let place = try Place()
        for name in ["pull_request", "pull_request_target"] {
            let saved = try await place.cache("save", place.event(Self.event(head), name))
            #expect(saved.error == "", "\(saved)")
        }
        #expect(try await place.cache("save", place.event("{}", "push")).error == "")
        #expect(try await place.scopes() == [Self.main])
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
        let place = try Place()
        for name in ["pull_request", "pull_request_target", "pull_request_review", "workflow_run"] {
            let saved = try await place.cache("save", place.event(text, name), key: name)
            #expect(saved.status == 0, "\(saved)")
        }
        #expect(try await place.scopes() == [Self.own])
        var missing = try place.event(text)
        missing["GITHUB_EVENT_PATH"] = "/nowhere"
        #expect(try await place.cache("save", missing).error.contains("'\(Self.own)'"))
    }

    /// A CI system's variables, and the part of the scope behind main's; `nil` is main's.
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
        let place = try Place()
        let saved = try await place.cache("save", build.variables)
        let expected = Self.main + (build.name.map { "#\($0)" } ?? "")
        #expect(try await place.scopes() == [expected], "\(build.variables): \(saved)")
        #expect(saved.error.isEmpty == (build.name == nil), "\(saved)")
        // Nobody is said to say more than he does.
        let isKnown = saved.error.contains("reports a pull request from a fork:")
        let isGuess = saved.error.contains("reports a pull request that may come from a fork:")
        let asks = ["DRONE", "CODEBUILD_BUILD_ID", "CIRRUS_CI", "PROW_JOB_ID", "CI"]
        if asks.contains(where: { build.variables[$0] != nil }) { #expect(!isKnown, "\(saved)") }
        if build.variables.keys.contains(where: { $0 == "CHANGE_FORK" }) { #expect(isKnown) }
        #expect((isKnown || isGuess) == (build.name != nil), "\(saved)")
    }

    @Test func `an entry of an earlier version is found by repository or directory`() async throws {
        for origin in ["git@github.com:team/shop.git", ""] {
            let place = try Place(origin: origin)
            let old = origin.isEmpty ? place.directory.path.lastComponent?.string ?? "" : "shop"
            _ = try await place.cache("save", [:], ["--scope", old])
            let restored = try await place.cache("restore", [:])
            #expect(restored.output.contains("from scope '\(old)'"), "\(restored)")
            _ = try await place.cache("save", [:])
            #expect(try await place.scopes().count == 2)
            #expect(!(try await place.cache("restore", [:]).output.contains("from scope")))
        }
    }
}
