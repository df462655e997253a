internal import BuildspecRunner

// MARK: Systems that report the source or the author of a request

extension CIChange {
    func codefresh() -> UntrustedChange? {
        guard value("CF_BUILD_ID") != nil || value("CF_PULL_REQUEST_IS_FORK") != nil else {
            return nil
        }
        let number = value("CF_PULL_REQUEST_NUMBER")
        let isFork = value("CF_PULL_REQUEST_IS_FORK")?.lowercased()
        guard number != nil || isFork != nil, isFork != "false" else { return nil }
        return UntrustedChange(
            name: CIChange.name("pr", number),
            reporter: "Codefresh",
            isKnownFork: isFork == "true"
        )
    }

    func bitrise() -> UntrustedChange? {
        let source = value("BITRISEIO_PULL_REQUEST_REPOSITORY_URL")
        let number = value("BITRISE_PULL_REQUEST")
        let target = value("GIT_REPOSITORY_URL")
        guard source != nil || number != nil, !CIChange.isSameRepository(source, target) else {
            return nil
        }
        return UntrustedChange(
            name: CIChange.name("pr", number),
            reporter: "Bitrise",
            isKnownFork: source != nil && target != nil,
            source: source,
            target: target
        )
    }

    /// Cirrus reports the permission of the user who opened the request.
    func cirrus() -> UntrustedChange? {
        guard value("CIRRUS_CI") == "true" || value("CIRRUS_BUILD_ID") != nil,
            let number = value("CIRRUS_PR"),
            !["write", "admin"].contains(value("CIRRUS_USER_PERMISSION") ?? "")
        else { return nil }
        return untrusted(number, "Cirrus CI")
    }
}

// MARK: Systems that do not report the source of a request

extension CIChange {
    /// Makes the change of a request that may come from a fork.
    private func untrusted(_ number: String?, _ reporter: String) -> UntrustedChange {
        UntrustedChange(name: CIChange.name("pr", number), reporter: reporter, isKnownFork: false)
    }

    func woodpecker() -> UntrustedChange? {
        guard value("CI") == "woodpecker",
            (value("CI_PIPELINE_EVENT") ?? value("CI_BUILD_EVENT"))?.hasPrefix("pull_request")
                == true
        else { return nil }
        return untrusted(value("CI_COMMIT_PULL_REQUEST"), "Woodpecker CI")
    }

    func drone() -> UntrustedChange? {
        guard value("DRONE") == "true", value("DRONE_BUILD_EVENT") == "pull_request" else {
            return nil
        }
        return untrusted(value("DRONE_PULL_REQUEST"), "Drone")
    }

    /// Prow tests requests before the merge, alone (`presubmit`) or together (`batch`).
    func prow() -> UntrustedChange? {
        guard ["presubmit", "batch"].contains(value("JOB_TYPE") ?? "") else { return nil }
        return untrusted(value("PULL_NUMBER"), "Prow")
    }

    /// CodeBuild, started by a webhook or manually, as in `pr/7`.
    func codeBuild() -> UntrustedChange? {
        let event = value("CODEBUILD_WEBHOOK_EVENT") ?? ""
        guard event != "PULL_REQUEST_MERGED" else { return nil }
        for name in ["CODEBUILD_WEBHOOK_TRIGGER", "CODEBUILD_SOURCE_VERSION"] {
            let text = value(name) ?? ""
            for start in ["pr/", "refs/pull/", "refs/merge-requests/"] where text.hasPrefix(start) {
                let number = text.dropFirst(start.count).prefix { $0 != "/" }
                return untrusted(String(number), "CodeBuild")
            }
        }
        return event.hasPrefix("PULL_REQUEST_") ? untrusted(nil, "CodeBuild") : nil
    }
}
