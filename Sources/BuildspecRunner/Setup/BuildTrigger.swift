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

    package init(_ subject: Subject? = nil) { self.subject = subject }

    /// Creates the trigger that the host's variables report, else the reported change, else the one of the
    /// checkout.
    package init(
        _ environment: [String: String],
        _ source: SourceVersion,
        change: UntrustedChange? = nil
    ) {
        let variables = environment.filter { !$0.value.isEmpty }
        if let subject = BuildTrigger.readers.lazy.compactMap({ $0(variables) }).first
            ?? TriggerVariables.subject(in: variables)
        {
            self.subject = subject
        } else if let change {
            let number = change.name.split(separator: "-").dropFirst().first
            subject = number.map { .pullRequest(String($0), head: nil, base: nil) } ?? .unknown
        } else if let branch = source.branch {
            subject = .branch(branch)
        } else if let tag = source.tag {
            subject = .tag(tag)
        }
    }

    /// Creates the trigger of a value of `CODEBUILD_WEBHOOK_TRIGGER`; other text than the documented
    /// triggers names no subject.
    package init(text: String, head: String? = nil, base: String? = nil) {
        guard let slash = text.firstIndex(of: "/") else { return }
        let name = String(text[text.index(after: slash)...])
        switch text[..<slash] {
        case "branch": subject = .branch(name)
        case "tag": subject = .tag(name)
        case "pr":
            subject = .pullRequest(
                name,
                head: head.map(BuildTrigger.shortName),
                base: base.map(BuildTrigger.shortName)
            )
        default: break
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

    /// The readers of the systems whose variables are not those of `TriggerVariables`.
    private static let readers: [Reader] = [codeBuild, gitHub]

    /// An outer build on CodeBuild.
    private static let codeBuild: Reader = { variables in
        guard variables["CODEBUILD_BUILD_ID"] != nil,
            let trigger = variables["CODEBUILD_WEBHOOK_TRIGGER"]
        else { return nil }
        return BuildTrigger(
            text: trigger,
            head: variables["CODEBUILD_WEBHOOK_HEAD_REF"],
            base: variables["CODEBUILD_WEBHOOK_BASE_REF"]
        ).subject
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

    /// Parses `refs/heads/NAME`, `refs/tags/NAME` or `refs/pull/NUMBER/…`.
    static func subject(
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

    static func shortName(_ reference: String) -> String {
        for prefix in ["refs/heads/", "refs/tags/"] where reference.hasPrefix(prefix) {
            return String(reference.dropFirst(prefix.count))
        }
        return reference
    }
}
