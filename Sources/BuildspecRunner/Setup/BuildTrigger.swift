/// The event that triggered a build, as a webhook reports it to CodeBuild: a branch, a tag or a pull
/// request.
///
/// Source: CodeBuild user guide, "Environment variables in build environments":
/// `CODEBUILD_WEBHOOK_TRIGGER` is `branch/NAME`, `tag/NAME` or `pr/NUMBER`.
package struct BuildTrigger: Sendable, Equatable {
    /// The branch, tag or pull request of the event.
    package enum Subject: Sendable, Equatable {
        /// A branch that was pushed to.
        case branch(String)
        /// A tag that was pushed.
        case tag(String)
        /// A pull request: its number, its branch, and the target branch.
        case pullRequest(String, head: String?, base: String?)
        /// An event without a name; the branch that is checked out must not be used instead.
        case unknown
    }

    /// The branch, tag or pull request; `nil` if none is known.
    package var subject: Subject?

    /// Creates a trigger.
    package init(_ subject: Subject? = nil) { self.subject = subject }

    /// Creates the trigger that the CI system reports, or else the one of the checkout.
    ///
    /// - Parameters:
    ///   - environment: The host's variables.
    ///   - source: The state of the git repository.
    package init(_ environment: [String: String], _ source: SourceVersion) {
        let variables = environment.filter { !$0.value.isEmpty }
        if let subject = BuildTrigger.readers.lazy.compactMap({ $0(variables) }).first {
            self.subject = subject
        } else if let branch = source.branch {
            subject = .branch(branch)
        } else if let tag = source.tag {
            subject = .tag(tag)
        }
    }

    /// The value of `CODEBUILD_WEBHOOK_TRIGGER`.
    package var text: String? {
        switch subject {
        case .branch(let name): "branch/\(name)"
        case .tag(let name): "tag/\(name)"
        case .pullRequest(let number, _, _): "pr/\(number)"
        case .unknown, nil: nil
        }
    }

    /// The value of `CODEBUILD_SOURCE_VERSION` for a pull request.
    package var pullRequest: String? {
        if case .pullRequest = subject { text } else { nil }
    }

    /// The value of `CODEBUILD_WEBHOOK_HEAD_REF`.
    package var headReference: String? {
        switch subject {
        case .branch(let name): "refs/heads/\(name)"
        case .tag(let name): "refs/tags/\(name)"
        case .pullRequest(_, let head, _): head.map { "refs/heads/\($0)" }
        case .unknown, nil: nil
        }
    }

    /// The value of `CODEBUILD_WEBHOOK_BASE_REF`.
    package var baseReference: String? {
        guard case .pullRequest(_, _, let base?) = subject else { return nil }
        return "refs/heads/\(base)"
    }
}

extension BuildTrigger {
    private typealias Reader = @Sendable ([String: String]) -> Subject?

    /// The readers of the CI systems that document their variables.
    private static let readers: [Reader] = [
        codeBuild, gitHub, gitLab, bitbucket, azure, circle, buildkite, travis, jenkins,
    ]

    /// An outer build on CodeBuild.
    private static let codeBuild: Reader = { variables in
        guard variables["CODEBUILD_BUILD_ID"] != nil,
            let trigger = variables["CODEBUILD_WEBHOOK_TRIGGER"],
            let slash = trigger.firstIndex(of: "/")
        else { return nil }
        let name = String(trigger[trigger.index(after: slash)...])
        switch trigger[..<slash] {
        case "branch": return .branch(name)
        case "tag": return .tag(name)
        case "pr":
            return .pullRequest(
                name,
                head: variables["CODEBUILD_WEBHOOK_HEAD_REF"].map(shortName),
                base: variables["CODEBUILD_WEBHOOK_BASE_REF"].map(shortName)
            )
        default: return nil
        }
    }

    private static let gitHub: Reader = { variables in
        guard variables["GITHUB_ACTIONS"] == "true", let reference = variables["GITHUB_REF"] else {
            return nil
        }
        // For 'pull_request_target', `GITHUB_REF` is the target branch.
        if variables["GITHUB_HEAD_REF"] != nil, !reference.hasPrefix("refs/pull/") {
            return .unknown
        }
        return subject(
            ofReference: reference,
            head: variables["GITHUB_HEAD_REF"],
            base: variables["GITHUB_BASE_REF"]
        )
    }

    private static let gitLab: Reader = { variables in
        guard variables["GITLAB_CI"] == "true" else { return nil }
        if let number = variables["CI_MERGE_REQUEST_IID"] {
            return .pullRequest(
                number,
                head: variables["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"],
                base: variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"]
            )
        }
        return named(tag: variables["CI_COMMIT_TAG"], branch: variables["CI_COMMIT_BRANCH"])
    }

    private static let bitbucket: Reader = { variables in
        guard variables["BITBUCKET_BUILD_NUMBER"] != nil else { return nil }
        if let number = variables["BITBUCKET_PR_ID"] {
            return .pullRequest(
                number,
                head: variables["BITBUCKET_BRANCH"],
                base: variables["BITBUCKET_PR_DESTINATION_BRANCH"]
            )
        }
        return named(tag: variables["BITBUCKET_TAG"], branch: variables["BITBUCKET_BRANCH"])
    }

    private static let azure: Reader = { variables in
        guard variables["TF_BUILD"] != nil else { return nil }
        let number =
            variables["SYSTEM_PULLREQUEST_PULLREQUESTNUMBER"]
            ?? variables["SYSTEM_PULLREQUEST_PULLREQUESTID"]
        if let number {
            return .pullRequest(
                number,
                head: variables["SYSTEM_PULLREQUEST_SOURCEBRANCH"].map(shortName),
                base: variables["SYSTEM_PULLREQUEST_TARGETBRANCH"].map(shortName)
            )
        }
        return variables["BUILD_SOURCEBRANCH"].flatMap { subject(ofReference: $0) }
    }

    private static let circle: Reader = { variables in
        guard variables["CIRCLECI"] == "true" else { return nil }
        let branch = variables["CIRCLE_BRANCH"]
        if let number = variables["CIRCLE_PULL_REQUEST"]?.split(separator: "/").last {
            return .pullRequest(String(number), head: branch, base: nil)
        }
        return named(tag: variables["CIRCLE_TAG"], branch: branch)
    }

    private static let buildkite: Reader = { variables in
        guard variables["BUILDKITE"] == "true" else { return nil }
        if let number = variables["BUILDKITE_PULL_REQUEST"], number != "false" {
            return .pullRequest(
                number,
                head: variables["BUILDKITE_BRANCH"],
                base: variables["BUILDKITE_PULL_REQUEST_BASE_BRANCH"]
            )
        }
        return named(tag: variables["BUILDKITE_TAG"], branch: variables["BUILDKITE_BRANCH"])
    }

    private static let travis: Reader = { variables in
        guard variables["TRAVIS"] == "true" else { return nil }
        if let number = variables["TRAVIS_PULL_REQUEST"], number != "false" {
            return .pullRequest(
                number,
                head: variables["TRAVIS_PULL_REQUEST_BRANCH"],
                base: variables["TRAVIS_BRANCH"]
            )
        }
        return named(tag: variables["TRAVIS_TAG"], branch: variables["TRAVIS_BRANCH"])
    }

    private static let jenkins: Reader = { variables in
        guard variables["JENKINS_URL"] != nil else { return nil }
        if let number = variables["CHANGE_ID"] {
            return .pullRequest(
                number,
                head: variables["CHANGE_BRANCH"],
                base: variables["CHANGE_TARGET"]
            )
        }
        let branch = variables["BRANCH_NAME"] ?? variables["GIT_LOCAL_BRANCH"]
        return named(tag: variables["TAG_NAME"], branch: branch)
    }

    private static func named(tag: String?, branch: String?) -> Subject? {
        tag.map(Subject.tag) ?? branch.map(Subject.branch)
    }

    /// Parses `refs/heads/NAME`, `refs/tags/NAME` or `refs/pull/NUMBER/…`.
    private static func subject(
        ofReference reference: String,
        head: String? = nil,
        base: String? = nil
    ) -> Subject? {
        if reference.hasPrefix("refs/heads/") { return .branch(shortName(reference)) }
        if reference.hasPrefix("refs/tags/") { return .tag(shortName(reference)) }
        guard reference.hasPrefix("refs/pull/") else { return nil }
        let number = reference.dropFirst("refs/pull/".count).prefix { $0 != "/" }
        return .pullRequest(String(number), head: head, base: base)
    }

    private static func shortName(_ reference: String) -> String {
        for prefix in ["refs/heads/", "refs/tags/"] where reference.hasPrefix(prefix) {
            return String(reference.dropFirst(prefix.count))
        }
        return reference
    }
}
