internal import BuildspecModel

/// A program that is in some build images and hardly anywhere else, so that a file which calls it
/// says where it expects to run.
struct ImageProgram: Sendable, Equatable {
    /// The program's name.
    var name: String
    /// The image, for a sentence.
    var image: String
    /// An image's name as `--image` takes it.
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

    /// The programs of images that a failed command calls and may not have found.
    ///
    /// - Parameters:
    ///   - text: the command.
    ///   - status: its exit status: 127 for a program that is not there; any where `sudo` looks for it.
    /// - Returns: the programs, in the order of the text.
    static func missing(from text: String, status: Int32) -> [ImageProgram] {
        guard status == 127 || status != 0 && text.contains("sudo ") else { return [] }
        return Buildspec.programs(in: text).compactMap { name in
            images.first { $0.names.contains(name) }
                .map { ImageProgram(name: name, image: $0.image, example: $0.example) }
        }
    }

    /// What to tell the user.
    ///
    /// - Parameter whereabouts: where the program is missing: `on this machine`.
    /// - Returns: one line.
    func hint(_ whereabouts: String) -> String {
        "there is no '\(name)' \(whereabouts): the file expects \(image); name one with '--image', such"
            + " as '\(example)', or install what the command needs another way"
    }
}
