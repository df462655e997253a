internal import SystemPackage

/// The engine's arguments for a build's container; podman and docker take the same.
struct ContainerArguments {
    let image: ContainerImage
    let name: String
    /// The network's name, as the engine takes it; `nil` for the engine's default.
    let network: String?

    /// Returns the arguments that start the container and keep the engine connected with it.
    ///
    /// They contain none of the build's variables, because every user can read them with `ps` and with
    /// `inspect`. The engine keeps no log, because a log would contain secrets that the build masks.
    ///
    /// A mount is a directory outside, with its path inside. `/bin/sh` gets `shellArguments`.
    func start(
        mounting mounts: [(FilePath, FilePath)],
        reading readOnlyMounts: [(FilePath, FilePath)] = [],
        running shellArguments: [String]
    ) -> [String] {
        var arguments = [
            "run", "--rm", "--interactive", "--name", name, "--label", ContainerImage.label,
            "--log-driver", "none", "--stop-timeout", "0",
            // Mounted files keep their labels on systems with SELinux.
            "--security-opt", "label=disable",
            // CodeBuild ignores the image's user, directory and entry point too.
            "--user", "0:0", "--workdir", "/", "--entrypoint", "/bin/sh",
        ]
        for (source, target) in mounts {
            arguments += ["--mount", ContainerArguments.mount(source, target)]
        }
        for (source, target) in readOnlyMounts {
            arguments += ["--mount", ContainerArguments.mount(source, target) + ",readonly"]
        }
        if let network { arguments += ["--network", network] }
        if image.options.isPrivileged { arguments.append("--privileged") }
        return arguments + [image.options.image] + shellArguments
    }

    /// Returns the value of `--mount`: fields with commas between, quoted as in a CSV file.
    static func mount(_ source: FilePath, _ target: FilePath) -> String {
        ["type=bind", "source=\(source)", "target=\(target)"]
            .map { field in
                guard field.contains(where: { "\",".contains($0) }) else { return field }
                return "\"\(field.replacing("\"", with: "\"\""))\""
            }
            .joined(separator: ",")
    }
}
