internal import BuildspecAWS
internal import BuildspecFiles
internal import BuildspecRunner
internal import SystemPackage

/// The change that is built, as the variables of the CI system describe it.
///
/// The author of a pull request from a fork decides what its build runs, so the build must not save
/// entries that main restores. Each system has variables for such a request. A request of unknown source
/// counts as one from a fork. Bitbucket does not run a fork's request in the target repository, so its
/// requests come from the repository.
///
/// Sources: the pages on predefined variables in each system's documentation.
struct CIChange {
    private let environment: [String: String]
    private let readEvent: (String) -> [UInt8]?

    /// Finds an untrusted change; `readEvent` reads GitHub's event file.
    static func untrusted(
        _ environment: [String: String],
        readEvent: @escaping (String) -> [UInt8]? = CIChange.read
    ) -> UntrustedChange? {
        let change = CIChange(environment: environment, readEvent: readEvent)
        for system in [
            change.gitHub, change.gitLab, change.buildkite, change.jenkins, change.circle,
            change.travis, change.azure, change.appVeyor, change.semaphore, change.woodpecker,
            change.drone, change.codeBuild, change.codefresh, change.bitrise, change.cirrus,
            change.prow,
        ] {
            if let found = system() { return found }
        }
        return nil
    }

    /// The largest event file in bytes that is read: GitHub's limit, because the author of the request
    /// controls the content.
    private static let eventLimit: UInt64 = 26 << 20

    static func read(_ path: String) -> [UInt8]? {
        (try? AtomicFile.read(PathBytes(path), limit: eventLimit)) ?? nil
    }

    func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Makes the name of a change from the first valid number, because the author may control the text.
    static func name(_ kind: String, _ numbers: String?...) -> String {
        let number = numbers.compactMap(\.self).first { number in
            (1...12).contains(number.utf8.count)
                && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        return number.map { "\(kind)-\($0)" } ?? kind
    }

    /// Whether two names are of the same repository; a missing name never is.
    static func isSame(_ one: String?, _ other: String?) -> Bool {
        guard let one, let other else { return false }
        return one.lowercased() == other.lowercased()
    }

    static func isSameRepository(_ one: String?, _ other: String?) -> Bool {
        func name(_ url: String?) -> String? {
            url.flatMap { RepositoryName($0, in: "/", on: "")?.text }
        }
        return isSame(name(one), name(other))
    }
}

// MARK: GitHub and GitLab

extension CIChange {
    /// GitHub Actions, and Gitea and Forgejo, which use the same variables.
    ///
    /// `pull_request_target` and `workflow_run` run the target's workflow with its secrets, often on the
    /// sources of the fork.
    private func gitHub() -> UntrustedChange? {
        guard value("GITHUB_ACTIONS") == "true", let event = value("GITHUB_EVENT_NAME") else {
            return nil
        }
        let isRequest = event.hasPrefix("pull_request")
        guard isRequest || event == "workflow_run" else { return nil }
        let json = value("GITHUB_EVENT_PATH").flatMap(readEvent).flatMap { JSONValue($0) }
        let request = json?["pull_request"]
        let head =
            isRequest
            ? request?["head"]?["repo"]?["full_name"]?.string
            : json?["workflow_run"]?["head_repository"]?["full_name"]?.string
        let base = request?["base"]?["repo"]?["full_name"]?.string ?? value("GITHUB_REPOSITORY")
        if CIChange.isSame(head, base) { return nil }
        let server = value("GITHUB_SERVER_URL") ?? "https://github.com"
        // refs/pull/7/merge
        let parts = (value("GITHUB_REF") ?? "").split(separator: "/")
        let number = parts.count > 2 && parts[1] == "pull" ? String(parts[2]) : nil
        return UntrustedChange(
            name: CIChange.name("pr", json?["number"]?.number, number),
            reporter: "GitHub Actions",
            isKnownFork: head != nil,
            source: head.map { "\(server)/\($0)" },
            target: value("GITHUB_REPOSITORY").map { "\(server)/\($0)" }
        )
    }

    private func gitLab() -> UntrustedChange? {
        guard value("GITLAB_CI") == "true" else { return nil }
        let event = value("CI_PIPELINE_SOURCE")
        let source = value("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
        if source != nil || event == "merge_request_event" || value("CI_MERGE_REQUEST_IID") != nil {
            let target = value("CI_MERGE_REQUEST_PROJECT_ID") ?? value("CI_PROJECT_ID")
            if CIChange.isSame(source, target) { return nil }
            return UntrustedChange(
                name: CIChange.name("mr", value("CI_MERGE_REQUEST_IID")),
                reporter: "GitLab CI",
                isKnownFork: source != nil && target != nil,
                source: value("CI_MERGE_REQUEST_SOURCE_PROJECT_URL"),
                target: value("CI_MERGE_REQUEST_PROJECT_URL")
            )
        }
        let number = value("CI_EXTERNAL_PULL_REQUEST_IID")
        let head = value("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY")
        let base = value("CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY")
        guard head != nil || number != nil || event == "external_pull_request_event",
            !CIChange.isSame(head, base)
        else { return nil }
        return UntrustedChange(
            name: CIChange.name("pr", number),
            reporter: "GitLab CI",
            isKnownFork: head != nil && base != nil
        )
    }
}

// MARK: Other systems

extension CIChange {
    private func buildkite() -> UntrustedChange? {
        guard value("BUILDKITE") == "true", let number = value("BUILDKITE_PULL_REQUEST"),
            number != "false"
        else { return nil }
        let (source, target) = (value("BUILDKITE_PULL_REQUEST_REPO"), value("BUILDKITE_REPO"))
        if CIChange.isSameRepository(source, target) { return nil }
        return UntrustedChange(
            name: CIChange.name("pr", number),
            reporter: "Buildkite",
            isKnownFork: source != nil,
            source: source,
            target: target
        )
    }

    /// The branch source plugins of Jenkins set CHANGE_FORK only for forks; the plugins of GitHub and
    /// GitLab name both repositories.
    private func jenkins() -> UntrustedChange? {
        // A server without a configured address has no JENKINS_URL.
        guard
            ["JENKINS_URL", "JENKINS_HOME", "HUDSON_URL", "BUILD_TAG"].contains(where: {
                value($0) != nil
            })
        else { return nil }
        if value("CHANGE_FORK") != nil {
            let name = CIChange.name("pr", value("CHANGE_ID"))
            return UntrustedChange(name: name, reporter: "Jenkins")
        }
        if let number = value("ghprbPullId") {
            let source = value("ghprbAuthorRepoGitUrl")
            let target = value("ghprbGhRepository").map { "https://github.com/\($0)" }
            if CIChange.isSameRepository(source, target) { return nil }
            return UntrustedChange(
                name: CIChange.name("pr", number),
                reporter: "Jenkins",
                isKnownFork: source != nil && target != nil
            )
        }
        guard let number = value("gitlabMergeRequestIid") else { return nil }
        let (source, target) = (value("gitlabSourceRepoHttpUrl"), value("gitlabTargetRepoHttpUrl"))
        if CIChange.isSameRepository(source, target) { return nil }
        return UntrustedChange(
            name: CIChange.name("mr", number),
            reporter: "Jenkins",
            isKnownFork: source != nil && target != nil
        )
    }

    /// CircleCI sets these variables only for requests from forks.
    private func circle() -> UntrustedChange? {
        guard value("CIRCLECI") == "true" else { return nil }
        let (repository, user) = (value("CIRCLE_PR_REPONAME"), value("CIRCLE_PR_USERNAME"))
        let number = value("CIRCLE_PR_NUMBER")
        guard repository != nil || user != nil || number != nil else { return nil }
        if CIChange.isSame(repository, value("CIRCLE_PROJECT_REPONAME")),
            CIChange.isSame(user, value("CIRCLE_PROJECT_USERNAME"))
        {
            return nil
        }
        return UntrustedChange(
            name: CIChange.name("pr", number),
            reporter: "CircleCI",
            target: value("CIRCLE_REPOSITORY_URL")
        )
    }

    private func travis() -> UntrustedChange? {
        guard value("TRAVIS") == "true", let number = value("TRAVIS_PULL_REQUEST"),
            number != "false",
            !CIChange.isSame(value("TRAVIS_PULL_REQUEST_SLUG"), value("TRAVIS_REPO_SLUG"))
        else { return nil }
        return UntrustedChange(name: CIChange.name("pr", number), reporter: "Travis CI")
    }

    private func azure() -> UntrustedChange? {
        guard value("TF_BUILD") != nil else { return nil }
        let isFork = value("SYSTEM_PULLREQUEST_ISFORK")?.lowercased()
        guard isFork == "true" || isFork == nil && value("BUILD_REASON") == "PullRequest" else {
            return nil
        }
        let number =
            value("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER")
            ?? value("SYSTEM_PULLREQUEST_PULLREQUESTID")
        return UntrustedChange(
            name: CIChange.name("pr", number),
            reporter: "Azure Pipelines",
            isKnownFork: isFork != nil,
            source: value("SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI"),
            target: value("BUILD_REPOSITORY_URI")
        )
    }

    private func appVeyor() -> UntrustedChange? {
        guard value("APPVEYOR") != nil, let number = value("APPVEYOR_PULL_REQUEST_NUMBER"),
            !CIChange.isSame(
                value("APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME"),
                value("APPVEYOR_REPO_NAME")
            )
        else { return nil }
        return UntrustedChange(name: CIChange.name("pr", number), reporter: "AppVeyor")
    }

    private func semaphore() -> UntrustedChange? {
        guard value("SEMAPHORE") == "true", value("SEMAPHORE_GIT_REF_TYPE") == "pull-request",
            !CIChange.isSame(value("SEMAPHORE_GIT_PR_SLUG"), value("SEMAPHORE_GIT_REPO_SLUG"))
        else { return nil }
        let number = value("SEMAPHORE_GIT_PR_NUMBER")
        return UntrustedChange(name: CIChange.name("pr", number), reporter: "Semaphore")
    }
}

extension JSONValue {
    /// The text of a number.
    fileprivate var number: String? {
        if case .number(let digits) = self { digits } else { nil }
    }
}
