internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// The options of `run`, `plan` and `cache explain` that choose the buildspec and its sources.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use this buildspec file, relative to the source root. (default: buildspec.yml)",
            valueName: "file"
        )
    )
    var buildspec: String?

    @Option(
        help: ArgumentHelp(
            "Use this source root, which is the directory that commands start in.",
            valueName: "dir"
        )
    )
    var source = "."

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp(
            "Set a variable, which overrides the buildspec's. Can be repeated.",
            valueName: "name=value"
        )
    )
    var variables: [String] = []

    func validate() throws {
        if buildspec?.isEmpty == true {
            throw ValidationError(
                "--buildspec: the name is empty; name a file, or omit the option for buildspec.yml"
            )
        }
        for text in variables where EnvironmentFile.assignment(text) == nil {
            throw ValidationError("--env: '\(text)' is not an assignment; write NAME=VALUE")
        }
        guard Host.isDirectory(FilePath(source)) else {
            throw ValidationError("--source: '\(source)' is not a directory")
        }
        guard let root = Host.realPath(FilePath(source)) else {
            throw ValidationError(
                "--source: '\(source)' has no path; it was removed, or a directory above it cannot be "
                    + "searched"
            )
        }
        if String(validating: root) == nil {
            throw ValidationError(
                "--source: the path '\(root)' is not UTF-8, so it cannot be a variable's value; rename "
                    + "the directory"
            )
        }
    }

    /// The source root with the links in its path resolved.
    var root: FilePath { Host.realPath(FilePath(source)) ?? FilePath(source) }

    var overrides: [BuildRequest.Override] { variables.compactMap(EnvironmentFile.assignment) }

    /// Makes the part of a request that all commands have in common.
    ///
    /// The request masks the signing key that `--sign-key` or a variable names.
    func request(
        _ buildspec: Buildspec,
        _ host: [String: String],
        overrides: [BuildRequest.Override],
        signKey: String? = nil
    ) -> BuildRequest {
        var request = BuildRequest(
            buildspec,
            sourceDirectory: root,
            hostEnvironment: SigningKeySource.hidden(from: host),
            stateDirectory: StandardDirectories(host).state
        )
        request.overrides = overrides
        request.helperExecutable = Host.executable
        // A key that is not used is masked too.
        let given = overrides.map { [$0.name: $0.value] }
        let declared = buildspec.env.variables.map { [$0.name: $0.value.value] }
        request.masks += SigningKeySource.secrets(signKey, [host] + given + declared)
        return request
    }
}

/// The option of `run` and `plan` that selects phases.
struct PhaseOptions: ParsableArguments {
    @Option(
        name: .customLong("phase"),
        help: ArgumentHelp(
            "Run only this phase: install, pre_build, build or post_build. Can be repeated.",
            valueName: "name"
        )
    )
    var phases: [String] = []

    func validate() throws {
        for name in phases where PhaseName(rawValue: name) == nil {
            let names = PhaseName.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--phase: there is no phase '\(name)'; the phases are \(names)")
        }
    }

    /// The selected phases; `nil` is all phases.
    var selected: Set<PhaseName>? {
        phases.isEmpty ? nil : Set(phases.compactMap(PhaseName.init))
    }
}
