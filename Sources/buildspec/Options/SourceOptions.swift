internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// What is built and how it is varied; running and planning take it.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The buildspec, from the source root. (default: buildspec.yml)",
            valueName: "file"
        )
    )
    var buildspec: String?

    @Option(help: ArgumentHelp("The source root, where commands start.", valueName: "dir"))
    var source = "."

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("Set a variable; beats the buildspec's own.", valueName: "name=value")
    )
    var variables: [String] = []

    @Option(
        name: .customLong("phase"),
        help: ArgumentHelp(
            "Only this phase: install, pre_build, build or post_build; may be given again.",
            valueName: "name"
        )
    )
    var phases: [String] = []

    func validate() throws {
        if buildspec?.isEmpty == true {
            throw ValidationError(
                "--buildspec: the name is empty; name a file, or leave the option out for buildspec.yml"
            )
        }
        for text in variables where EnvironmentFile.assignment(text) == nil {
            throw ValidationError("--env: '\(text)' is not an assignment; write NAME=VALUE")
        }
        for name in phases where PhaseName(rawValue: name) == nil {
            let names = PhaseName.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--phase: there is no phase '\(name)'; the phases are \(names)")
        }
        guard Host.isDirectory(FilePath(source)) else {
            throw ValidationError("--source: '\(source)' is not a directory")
        }
        guard let root = Host.realPath(FilePath(source)) else {
            throw ValidationError(
                "--source: '\(source)' has no path any more; it was removed, or a directory above it "
                    + "cannot be searched"
            )
        }
        if String(validating: root) == nil {
            throw ValidationError(
                "--source: the path '\(root)' is not UTF-8, and a variable could not hold it; rename "
                    + "the directory"
            )
        }
    }

    /// The source root, links in its path resolved.
    var root: FilePath { Host.realPath(FilePath(source)) ?? FilePath(source) }

    /// The phases that were chosen; `nil` is all.
    var selectedPhases: Set<PhaseName>? {
        phases.isEmpty ? nil : Set(phases.compactMap(PhaseName.init))
    }
}
