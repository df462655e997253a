import BuildspecRunner
import TestSupport
import Testing

/// CodeBuild guide, "Environment variables in build environments": `CODEBUILD_WEBHOOK_TRIGGER`.
@Suite(.timed) struct `Build triggers` {
    private static let git = SourceVersion(commit: "c0ffee", branch: "local")

    @Test(
        arguments: [
            (["GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/heads/feature/x"], "branch/feature/x"),
            (["GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/tags/v1"], "tag/v1"),
            (
                [
                    "GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/pull/7/merge",
                    "GITHUB_HEAD_REF": "x",
                    "GITHUB_BASE_REF": "main",
                ], "pr/7"
            ),
            (
                [
                    "GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/heads/main",
                    "GITHUB_HEAD_REF": "x",
                    "GITHUB_BASE_REF": "main",
                ], nil
            ),
            (["GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main"], "branch/main"),
            (["GITLAB_CI": "true", "CI_COMMIT_TAG": "v1"], "tag/v1"),
            (["GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3"], "pr/3"),
            (["BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_BRANCH": "a"], "branch/a"),
            (
                [
                    "BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_BRANCH": "a", "BITBUCKET_PR_ID": "9",
                    "BITBUCKET_TAG": "",
                ], "pr/9"
            ),
            (["TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/heads/a/b"], "branch/a/b"),
            (["TF_BUILD": "True", "SYSTEM_PULLREQUEST_PULLREQUESTID": "4"], "pr/4"),
            (["CIRCLECI": "true", "CIRCLE_TAG": "v2"], "tag/v2"),
            (
                [
                    "CIRCLECI": "true", "CIRCLE_BRANCH": "a",
                    "CIRCLE_PULL_REQUEST": "https://x/pull/5",
                ],
                "pr/5"
            ),
            (
                ["BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": "a"],
                "branch/a"
            ),
            (["TRAVIS": "true", "TRAVIS_PULL_REQUEST": "6", "TRAVIS_BRANCH": "main"], "pr/6"),
            (["JENKINS_URL": "http://x", "BRANCH_NAME": "a"], "branch/a"),
            (["JENKINS_URL": "http://x", "BRANCH_NAME": "PR-8", "CHANGE_ID": "8"], "pr/8"),
            (["JENKINS_URL": "http://x", "GIT_BRANCH": "origin/dev/a"], "branch/dev/a"),
            (["JENKINS_URL": "http://x", "GIT_BRANCH": "origin/a", "ghprbPullId": "2"], "pr/2"),
            (["TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/tags/v4"], "tag/v4"),
            (
                [
                    "DRONE": "true", "DRONE_PULL_REQUEST": "9", "DRONE_BUILD_EVENT": "pull_request",
                    "DRONE_TARGET_BRANCH": "main",
                ], "pr/9"
            ),
            (["DRONE": "true", "DRONE_BUILD_EVENT": "pull_request", "DRONE_BRANCH": "main"], nil),
            (["DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_BRANCH": "a"], "branch/a"),
            (
                [
                    "CI": "woodpecker", "CI_PIPELINE_EVENT": "pull_request",
                    "CI_COMMIT_PULL_REQUEST": "10",
                ], "pr/10"
            ),
            (["CIRRUS_CI": "true", "CIRRUS_PR": "4", "CIRRUS_BRANCH": "pull/4"], "pr/4"),
            (["JOB_TYPE": "presubmit", "PULL_NUMBER": "3", "PULL_BASE_REF": "main"], "pr/3"),
            (["JOB_TYPE": "batch", "PULL_BASE_REF": "main"], nil),
            (["JOB_TYPE": "postsubmit", "PULL_BASE_REF": "main"], "branch/main"),
            (["CF_BUILD_ID": "1", "CF_PULL_REQUEST_NUMBER": "5", "CF_BRANCH": "x"], "pr/5"),
            (["BITRISE_PULL_REQUEST": "4"], "pr/4"),
            (["APPVEYOR": "True", "APPVEYOR_PULL_REQUEST_NUMBER": "6"], "pr/6"),
            (["SEMAPHORE": "true", "SEMAPHORE_GIT_PR_NUMBER": "7"], "pr/7"),
            (["CODEBUILD_BUILD_ID": "a:b", "CODEBUILD_WEBHOOK_TRIGGER": "tag/v3"], "tag/v3"),
            (["CODEBUILD_WEBHOOK_TRIGGER": "tag/v3"], "branch/local"),
            (["GITHUB_ACTIONS": "true", "GITHUB_REF": ""], "branch/local"),
            ([:], "branch/local"),
        ] as [([String: String], String?)]
    )
    func `the trigger of a build comes from the CI system, or else from git`(
        variables: [String: String],
        expected: String?
    ) {
        #expect(BuildTrigger(variables, Self.git).text == expected)
    }

    @Test func `the trigger of a change that the caller reports is not git's branch`() {
        for (name, text) in [("pr-7", "pr/7"), ("mr-8", "pr/8"), ("pr", nil)] {
            let change = UntrustedChange(name: name, reporter: "CI")
            #expect(BuildTrigger([:], Self.git, change: change).text == text)
        }
    }

    @Test(arguments: [("", "none none"), ("pr/1", "pr/1 none"), ("tag/v2", "tag/v2 refs/tags/v2")])
    func `a trigger that --env gives decides the references too`(
        trigger: String,
        expected: String
    ) async throws {
        var build = try TestBuild(
            build: ["echo ${CODEBUILD_WEBHOOK_TRIGGER:-none} ${CODEBUILD_WEBHOOK_HEAD_REF:-none}"]
        )
        build.request.hostEnvironment["TRAVIS"] = "true"
        build.request.hostEnvironment["TRAVIS_BRANCH"] = "main"
        build.request.overrides = [
            BuildRequest.Override(name: "CODEBUILD_WEBHOOK_TRIGGER", value: trigger)
        ]
        #expect(try await build.lines() == [expected])
    }

    @Test func `git's tag is the trigger if no branch is checked out`() {
        #expect(BuildTrigger([:], SourceVersion(commit: "c", tag: "v1")).text == "tag/v1")
        #expect(BuildTrigger([:], SourceVersion(commit: "c")).text == nil)
        #expect(BuildTrigger([:], SourceVersion()).text == nil)
    }

    @Test func `the variables of a pull request have its number and both branches`() {
        let trigger = BuildTrigger(.pullRequest("7", head: "x", base: "main"))
        let variables = BuildEnvironment.serviceVariables(
            BuildIdentity(project: "p", number: 1, startTime: 0, region: nil),
            sourceDirectory: "/s",
            source: Self.git,
            trigger: trigger,
            initiator: "tess"
        )
        #expect(variables["CODEBUILD_WEBHOOK_TRIGGER"] == "pr/7")
        #expect(variables["CODEBUILD_SOURCE_VERSION"] == "pr/7")
        #expect(variables["CODEBUILD_WEBHOOK_HEAD_REF"] == "refs/heads/x")
        #expect(variables["CODEBUILD_WEBHOOK_BASE_REF"] == "refs/heads/main")
        #expect(variables["CODEBUILD_RESOLVED_SOURCE_VERSION"] == "c0ffee")
    }
}
