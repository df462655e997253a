package import BuildspecModel

/// The environment of a build's first command, made of layers.
///
/// A later layer replaces values of an earlier one: the host's environment (CodeBuild: the image's), the
/// buildspec's `env/variables`, the overrides from the start of the build. The last layer has the
/// variables that CodeBuild itself sets.
///
/// Source: CodeBuild user guide, "Build specification reference": env/variables, on precedence.
package struct BuildEnvironment: Sendable, Equatable {
    /// The names that belong to the shell that started buildspec, and have no meaning in the build.
    private static let hostOnly = ShellText.namesReadOnlyInBash.union([
        "OLDPWD", "PWD", "SHLVL", "_",
    ])
    /// The names with CodeBuild's prefix that users may set.
    private static let userSettings: Set<String> = [
        "CODEBUILD_CONFIG_AUTO_DISCOVER", "CODEBUILD_CONFIG_AUTO_DISCOVER_DIR",
    ]
    /// The `PATH` of a build without one.
    static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    package private(set) var variables: [String: String]
    /// The warnings about skipped variables, one line each.
    package private(set) var warnings: [String] = []

    /// Creates an environment with the host's variables.
    ///
    /// Names that are invalid in a shell are skipped, and so are the host's names with CodeBuild's prefix,
    /// because a build inside of a build must not see the outer one's numbers. `CI` is `true` unless the
    /// host sets it. If the host sets `AWS_REGION` or `AWS_DEFAULT_REGION`, both are set. If it sets
    /// neither, neither is set, because an invented region would send real calls to the wrong one.
    package init(host: [String: String]) {
        variables = host.filter { name, _ in
            ShellText.isName(name) && !BuildEnvironment.hostOnly.contains(name)
                && (!name.hasPrefix("CODEBUILD_") || BuildEnvironment.userSettings.contains(name))
        }
        variables["CI"] = host["CI"] ?? "true"
        guard let region = BuildEnvironment.region(of: host) else { return }
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] where variables[name] == nil {
            variables[name] = region
        }
    }

    package static func region(of host: [String: String]) -> String? {
        host["AWS_REGION"] ?? host["AWS_DEFAULT_REGION"]
    }

    /// Adds the buildspec's `env/variables`, with their values as they are written.
    package mutating func add(declared: [EnvVariable]) {
        for variable in declared {
            let name = variable.name
            if name.hasPrefix("CODEBUILD_"), !BuildEnvironment.userSettings.contains(name) {
                warnings.append(
                    "'\(name)' in env/variables is ignored; names that begin with 'CODEBUILD_' "
                        + "belong to CodeBuild"
                )
            } else if !ShellText.isName(name) {
                warnings.append(
                    "'\(name)' in env/variables is ignored; a shell variable's name has only "
                        + "letters, digits and '_' and does not begin with a digit"
                )
            } else {
                variables[name] = variable.value.value
            }
        }
    }

    /// Adds the values of parameters and secrets, which replace plain values; the guide leaves open
    /// which of them counts.
    package mutating func add(resolved values: [String: String]) {
        for (name, value) in values where ShellText.isName(name) { variables[name] = value }
    }

    /// Adds the variables that CodeBuild sets; `nil` unsets a name.
    package mutating func add(service values: [String: String?]) {
        for (name, value) in values { variables[name] = value }
    }

    /// Adds the overrides from the start of the build, which replace all other values.
    package mutating func add(overrides: [BuildRequest.Override]) {
        for override in overrides { variables[override.name] = override.value }
    }

    /// Appends the directory of the helper commands to `PATH`, where CodeBuild has its directory.
    package mutating func appendToPath(_ directory: String) {
        let path = variables["PATH"] ?? BuildEnvironment.standardPath
        variables["PATH"] = path.isEmpty ? directory : "\(path):\(directory)"
    }
}

extension BuildEnvironment {
    /// Returns the variables that CodeBuild sets for a build and that have a meaning on this machine.
    ///
    /// AWS's local agent sets `CODEBUILD_LOCAL_BUILD=true`. Scripts use it to detect that they do not run
    /// in the cloud.
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
