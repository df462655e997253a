internal import BuildspecModel

/// A program that only some build images have, so that a call shows which image a buildspec file needs.
struct ImageProgram: Sendable, Equatable {
    /// The program's name.
    var name: String
    /// The kind of image, for a sentence.
    var image: String
    /// The name of such an image, for `--image`.
    var example: String

    private static let amazonLinux = "public.ecr.aws/codebuild/amazonlinux-x86_64-standard:5.0"
    private static let ubuntu = "public.ecr.aws/codebuild/ubuntu-standard:7.0"

    private static let images: [(names: [String], image: String, example: String)] = [
        (
            ["yum", "dnf", "microdnf", "rpm", "amazon-linux-extras"], "an Amazon Linux image",
            amazonLinux
        ),
        (
            ["apt-get", "apt", "apt-add-repository", "add-apt-repository"], "an Ubuntu image",
            ubuntu
        ),
        (["apk"], "an Alpine Linux image", "alpine"),
        (
            ["start-dockerd", "dockerd-entrypoint.sh", "dockerd"], "an image with a Docker daemon",
            "docker:dind"
        ),
        (
            ["pyenv", "rbenv", "goenv", "phpenv", "n"], "one of CodeBuild's own images", amazonLinux
        ),
    ]

    /// Returns the programs of images that a failed command calls and may not have found.
    ///
    /// - Parameters:
    ///   - text: The command.
    ///   - status: The exit status: 127 if a program was not found, any other if `sudo` was to find it.
    /// - Returns: The programs, in the order of the text.
    static func missing(from text: String, status: Int32) -> [ImageProgram] {
        guard status == 127 || status != 0 && text.contains("sudo ") else { return [] }
        return Buildspec.programs(in: text).compactMap { name in
            images.first { $0.names.contains(name) }
                .map { ImageProgram(name: name, image: $0.image, example: $0.example) }
        }
    }

    /// Returns the hint for the user.
    ///
    /// - Parameter location: The execution environment without the program: `on this machine`.
    /// - Returns: One line.
    func hint(_ location: String) -> String {
        "there is no '\(name)' \(location): the file expects \(image); name one with '--image', such"
            + " as '\(example)', or install what the command needs another way"
    }
}
