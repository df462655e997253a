/// The variables by which a CI system reports the branch, tag or pull request that it builds.
///
/// Sources: the pages on predefined variables in each system's documentation.
struct TriggerVariables: Sendable {
    /// Variables of which one is set on the system; after `=` comes its value.
    var markers: [String]
    /// Variables for the number of a request: the last part of an address, `false` for none.
    var numbers: [String]
    /// Values of variables, in the form of `markers`, that report a request also without a number.
    var events: [String] = []
    var heads: [String]
    var bases: [String]
    var tags: [String]
    /// Variables for the branch, also in the form `refs/heads/NAME`.
    var branches: [String]

    /// Returns the subject that the first matching system reports.
    static func subject(in variables: [String: String]) -> BuildTrigger.Subject? {
        systems.first { $0.markers.contains { isSet($0, variables) } }?.subject(in: variables)
    }

    private func subject(in variables: [String: String]) -> BuildTrigger.Subject? {
        func first(_ names: [String]) -> String? {
            names.lazy.compactMap { variables[$0] }.first.map(BuildTrigger.shortName)
        }
        if let number = first(numbers)?.split(separator: "/").last, number != "false" {
            return .pullRequest(String(number), head: first(heads), base: first(bases))
        }
        if events.contains(where: { TriggerVariables.isSet($0, variables) }) { return .unknown }
        if let tag = first(tags) { return .tag(tag) }
        guard let branch = branches.lazy.compactMap({ variables[$0] }).first else { return nil }
        if let subject = BuildTrigger.subject(ofReference: branch) { return subject }
        return .branch(branch.hasPrefix("origin/") ? String(branch.dropFirst(7)) : branch)
    }

    private static func isSet(_ marker: String, _ variables: [String: String]) -> Bool {
        let parts = marker.split(separator: "=").map(String.init)
        return parts.count > 1 ? variables[parts[0]] == parts[1] : variables[marker] != nil
    }

    private static let systems = [
        TriggerVariables(
            markers: ["GITLAB_CI=true"],
            numbers: ["CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID"],
            events: [
                "CI_PIPELINE_SOURCE=merge_request_event",
                "CI_PIPELINE_SOURCE=external_pull_request_event",
            ],
            heads: [
                "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
                "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
            ],
            bases: [
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
                "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME",
            ],
            tags: ["CI_COMMIT_TAG"],
            branches: ["CI_COMMIT_BRANCH"]
        ),
        TriggerVariables(
            markers: ["BITBUCKET_BUILD_NUMBER"],
            numbers: ["BITBUCKET_PR_ID"],
            heads: ["BITBUCKET_BRANCH"],
            bases: ["BITBUCKET_PR_DESTINATION_BRANCH"],
            tags: ["BITBUCKET_TAG"],
            branches: ["BITBUCKET_BRANCH"]
        ),
        TriggerVariables(
            markers: ["TF_BUILD"],
            numbers: ["SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"],
            events: ["BUILD_REASON=PullRequest"],
            heads: ["SYSTEM_PULLREQUEST_SOURCEBRANCH"],
            bases: ["SYSTEM_PULLREQUEST_TARGETBRANCH"],
            tags: [],
            branches: ["BUILD_SOURCEBRANCH"]
        ),
        TriggerVariables(
            markers: ["CIRCLECI=true"],
            numbers: ["CIRCLE_PULL_REQUEST", "CIRCLE_PR_NUMBER"],
            heads: ["CIRCLE_BRANCH"],
            bases: [],
            tags: ["CIRCLE_TAG"],
            branches: ["CIRCLE_BRANCH"]
        ),
        TriggerVariables(
            markers: ["BUILDKITE=true"],
            numbers: ["BUILDKITE_PULL_REQUEST"],
            heads: ["BUILDKITE_BRANCH"],
            bases: ["BUILDKITE_PULL_REQUEST_BASE_BRANCH"],
            tags: ["BUILDKITE_TAG"],
            branches: ["BUILDKITE_BRANCH"]
        ),
        TriggerVariables(
            markers: ["TRAVIS=true"],
            numbers: ["TRAVIS_PULL_REQUEST"],
            heads: ["TRAVIS_PULL_REQUEST_BRANCH"],
            bases: ["TRAVIS_BRANCH"],
            tags: ["TRAVIS_TAG"],
            branches: ["TRAVIS_BRANCH"]
        ),
        TriggerVariables(
            markers: ["JENKINS_URL", "JENKINS_HOME", "HUDSON_URL", "BUILD_TAG"],
            numbers: ["CHANGE_ID", "ghprbPullId", "gitlabMergeRequestIid"],
            heads: ["CHANGE_BRANCH", "ghprbSourceBranch", "gitlabSourceBranch"],
            bases: ["CHANGE_TARGET", "ghprbTargetBranch", "gitlabTargetBranch"],
            tags: ["TAG_NAME"],
            branches: ["BRANCH_NAME", "GIT_LOCAL_BRANCH", "GIT_BRANCH"]
        ),
        TriggerVariables(
            markers: ["CI=woodpecker"],
            numbers: ["CI_COMMIT_PULL_REQUEST"],
            events: [
                "CI_PIPELINE_EVENT=pull_request", "CI_PIPELINE_EVENT=pull_request_closed",
                "CI_PIPELINE_EVENT=pull_request_metadata", "CI_BUILD_EVENT=pull_request",
            ],
            heads: ["CI_COMMIT_SOURCE_BRANCH"],
            bases: ["CI_COMMIT_TARGET_BRANCH"],
            tags: ["CI_COMMIT_TAG"],
            branches: ["CI_COMMIT_BRANCH"]
        ),
        TriggerVariables(
            markers: ["DRONE=true"],
            numbers: ["DRONE_PULL_REQUEST"],
            events: ["DRONE_BUILD_EVENT=pull_request"],
            heads: ["DRONE_SOURCE_BRANCH"],
            bases: ["DRONE_TARGET_BRANCH"],
            tags: ["DRONE_TAG"],
            branches: ["DRONE_BRANCH"]
        ),
        TriggerVariables(
            markers: ["CIRRUS_CI=true", "CIRRUS_BUILD_ID"],
            numbers: ["CIRRUS_PR"],
            heads: [],
            bases: ["CIRRUS_BASE_BRANCH"],
            tags: ["CIRRUS_TAG"],
            branches: ["CIRRUS_BRANCH"]
        ),
        TriggerVariables(
            markers: ["JOB_TYPE=presubmit", "JOB_TYPE=batch", "JOB_TYPE=postsubmit"],
            numbers: ["PULL_NUMBER"],
            events: ["JOB_TYPE=presubmit", "JOB_TYPE=batch"],
            heads: ["PULL_HEAD_REF"],
            bases: ["PULL_BASE_REF"],
            tags: [],
            branches: ["PULL_BASE_REF"]
        ),
        TriggerVariables(
            markers: ["CF_BUILD_ID", "CF_PULL_REQUEST_NUMBER"],
            numbers: ["CF_PULL_REQUEST_NUMBER"],
            heads: ["CF_BRANCH"],
            bases: ["CF_PULL_REQUEST_TARGET"],
            tags: ["CF_RELEASE_TAG"],
            branches: ["CF_BRANCH"]
        ),
        TriggerVariables(
            markers: ["BITRISE_PULL_REQUEST", "BITRISE_GIT_BRANCH", "BITRISE_GIT_TAG"],
            numbers: ["BITRISE_PULL_REQUEST"],
            heads: ["BITRISE_GIT_BRANCH"],
            bases: ["BITRISEIO_GIT_BRANCH_DEST"],
            tags: ["BITRISE_GIT_TAG"],
            branches: ["BITRISE_GIT_BRANCH"]
        ),
        TriggerVariables(
            markers: ["APPVEYOR"],
            numbers: ["APPVEYOR_PULL_REQUEST_NUMBER"],
            heads: ["APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH"],
            bases: ["APPVEYOR_REPO_BRANCH"],
            tags: ["APPVEYOR_REPO_TAG_NAME"],
            branches: ["APPVEYOR_REPO_BRANCH"]
        ),
        TriggerVariables(
            markers: ["SEMAPHORE=true"],
            numbers: ["SEMAPHORE_GIT_PR_NUMBER"],
            events: ["SEMAPHORE_GIT_REF_TYPE=pull-request"],
            heads: ["SEMAPHORE_GIT_PR_BRANCH"],
            bases: ["SEMAPHORE_GIT_BRANCH"],
            tags: ["SEMAPHORE_GIT_TAG_NAME"],
            branches: ["SEMAPHORE_GIT_BRANCH"]
        ),
    ]
}
