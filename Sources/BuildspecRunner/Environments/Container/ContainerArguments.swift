internal import SystemPackage

/// The engine's arguments for a build's container; podman and docker take the same.
struct ContainerArguments {
    let image: ContainerImage
    let name: String
    /// The network, in the engine's words; `nil` is the engine's default.
    var network: String?

    /// Creates them for one container.
    init(_ image: ContainerImage, name: String) {
        self.image = image
        self.name = name
        network = image.options.network
    }

    /// Starts the container and stays connected with it.
    ///
    /// Nothing of the build's environment is among them: anybody can read them with `ps`, and with
    /// `inspect`. The engine keeps no log, which would hold what the build's redactor hides.
    ///
    /// - Parameters:
    ///   - mounts: directories outside and where they are inside.
    ///   - shown: the same of those that can only be read.
    ///   - words: the arguments of `/bin/sh`.
    /// - Returns: the arguments.
    func start(
        mounting mounts: [(FilePath, FilePath)],
        showing shown: [(FilePath, FilePath)] = [],
        running words: [String]
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
        for (source, target) in shown {
            arguments += ["--mount", ContainerArguments.mount(source, target) + ",readonly"]
        }
        if let network { arguments += ["--network", network] }
        if image.options.isPrivileged { arguments.append("--privileged") }
        return arguments + [image.options.image] + words
    }

    /// The value of `--mount`: fields with commas between, quoted as in a CSV file.
    static func mount(_ source: FilePath, _ target: FilePath) -> String {
        ["type=bind", "source=\(source)", "target=\(target)"]
            .map { field in
                guard field.contains(where: { "\",".contains($0) }) else { return field }
                return "\"\(field.replacing("\"", with: "\"\""))\""
            }
            .joined(separator: ",")
    }
}
