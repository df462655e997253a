internal import BuildspecModel

/// A program that only some build images have, so that a call shows which image a buildspec file needs.
struct ImageProgram: Sendable, Equatable {
    var name: String
    /// The program as the command names it, which can be a path.
    var word: String
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
        (["pyenv", "rbenv", "goenv", "phpenv", "n"], "one of CodeBuild's own images", amazonLinux),
    ]

    /// Returns the programs of images that a command calls, in the order of the text.
    static func called(by text: String) -> [ImageProgram] {
        Buildspec.programs(in: text).compactMap { word in
            let name = word.split(separator: "/").last.map(String.init) ?? word
            return images.first { $0.names.contains(name) }.map {
                ImageProgram(name: name, word: word, image: $0.image, example: $0.example)
            }
        }
    }

    /// Returns the hint for the user; `location` is where the program is missing: `on this machine`.
    func hint(_ location: String) -> String {
        "there is no '\(name)' \(location): the file expects \(image); name one with '--image', such"
            + " as '\(example)', or install what the command needs another way"
    }
}
