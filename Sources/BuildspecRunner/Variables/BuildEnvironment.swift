package import BuildspecModel

/// The environment that a build's first command sees, made of layers.
///
/// A later layer beats an earlier one: the host's environment (CodeBuild: the image's), the
/// buildspec's `env/variables`, what was given at the start of the build. On top stand the variables
/// that CodeBuild itself sets.
///
/// Source: CodeBuild user guide, "Build specification reference": env/variables, on precedence.
package struct BuildEnvironment: Sendable, Equatable {
    /// Names that belong to the shell that started us and mean nothing in the build.
    private static let hostOnly: Set<String> = [
        "OLDPWD", "PWD", "SHLVL", "_", "BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS",
        "UID",
    ]
    /// The names that users may set in CodeBuild's own namespace.
    private static let userKnobs: Set<String> = [
        "CODEBUILD_CONFIG_AUTO_DISCOVER", "CODEBUILD_CONFIG_AUTO_DISCOVER_DIR",
    ]
    static let standardPath =
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Names and values.
    package private(set) var variables: [String: String]
    /// What was left out and why, one line each.
    package private(set) var warnings: [String] = []

    /// Starts with the host's environment.
    ///
    /// Names that a shell cannot hold are left out, and so is the host's own CodeBuild namespace:
    /// a build inside a build must not see the outer one's numbers. `CI` is `true` unless the host
    /// has it. `AWS_REGION` and `AWS_DEFAULT_REGION` are both set if the host has one of them, and
    /// neither if it has none: a made-up region would send real calls to the wrong place.
    package init(host: [String: String]) {
        variables = host.filter { name, _ in
            ShellText.isName(name) && !BuildEnvironment.hostOnly.contains(name)
                && (!name.hasPrefix("CODEBUILD_") || BuildEnvironment.userKnobs.contains(name))
        }
        variables["CI"] = host["CI"] ?? "true"
        guard let region = BuildEnvironment.region(of: host) else { return }
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] where variables[name] == nil {
            variables[name] = region
        }
    }

    /// The AWS region that the host's environment names.
    package static func region(of host: [String: String]) -> String? {
        host["AWS_REGION"] ?? host["AWS_DEFAULT_REGION"]
    }

    /// Adds the buildspec's `env/variables`; the text of a value is literal.
    package mutating func add(declared: [EnvVariable]) {
        for variable in declared {
            let name = variable.name
            if name.hasPrefix("CODEBUILD_"), !BuildEnvironment.userKnobs.contains(name) {
                warnings.append(
                    "'\(name)' in env/variables is ignored; names that begin with 'CODEBUILD_' "
                        + "belong to CodeBuild"
                )
            } else if !ShellText.isName(name) {
                warnings.append(
                    "'\(name)' in env/variables is ignored; a shell variable's name has only "
                        + "letters, digits and '_' and begins with no digit"
                )
            } else {
                variables[name] = variable.value.value
            }
        }
    }

    /// Adds the values of parameters and secrets; they beat a plain value of the same name, which the
    /// guide leaves open.
    package mutating func add(resolved values: [String: String]) {
        for (name, value) in values where ShellText.isName(name) { variables[name] = value }
    }

    /// Adds what CodeBuild sets.
    ///
    /// - Parameter values: the value of each name; `nil` unsets it.
    package mutating func add(service values: [String: String?]) {
        for (name, value) in values { variables[name] = value }
    }

    /// Adds what was given at the start of the build, which beats everything else.
    package mutating func add(overrides: [BuildRequest.Override]) {
        for override in overrides { variables[override.name] = override.value }
    }

    /// Puts the directory of the helper commands at the end of `PATH`, where CodeBuild has its own.
    package mutating func appendToPath(_ directory: String) {
        let path = variables["PATH"] ?? BuildEnvironment.standardPath
        variables["PATH"] = path.isEmpty ? directory : "\(path):\(directory)"
    }
}

extension BuildEnvironment {
    /// What CodeBuild sets for a build, as far as it means something on this machine.
    ///
    /// `CODEBUILD_LOCAL_BUILD=true` is what AWS's local agent sets; scripts use it to know that they
    /// do not run in the cloud.
    ///
    /// Source: CodeBuild user guide, "Environment variables in build environments"; `CODEBUILD_CI`
    /// and `CODEBUILD_LAST_EXIT` as observed.
    package static func serviceVariables(
        _ identity: BuildIdentity,
        sourceDirectory: String,
        source: SourceVersion,
        trigger: BuildTrigger = BuildTrigger(),
        initiator: String
    ) -> [String: String?] {
        [
            "CODEBUILD_CI": "true",
            "CODEBUILD_LOCAL_BUILD": "true",
            "CODEBUILD_BUILD_ARN": identity.arn,
            "CODEBUILD_BUILD_ID": identity.id,
            "CODEBUILD_BUILD_NUMBER": String(identity.number),
            "CODEBUILD_BUILD_SUCCEEDING": "1",
            "CODEBUILD_INITIATOR": initiator,
            "CODEBUILD_RESOLVED_SOURCE_VERSION": source.commit,
            "CODEBUILD_SOURCE_REPO_URL": source.repositoryURL,
            "CODEBUILD_SOURCE_VERSION": trigger.pullRequest ?? source.branch ?? source.commit,
            "CODEBUILD_SRC_DIR": sourceDirectory,
            "CODEBUILD_START_TIME": String(identity.startTime),
            "CODEBUILD_WEBHOOK_BASE_REF": trigger.baseReference,
            "CODEBUILD_WEBHOOK_HEAD_REF": trigger.headReference,
            "CODEBUILD_WEBHOOK_TRIGGER": trigger.text,
        ]
    }
}
