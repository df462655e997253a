internal import BuildspecModel

/// The log of a build that fails in DOWNLOAD_SOURCE, in CodeBuild's format.
///
/// An unreadable buildspec file ends the phase before the environment is processed, an unreadable
/// parameter or secret after that.
///
/// Sources: published build logs.
struct SourceFailure {
    let source: String
    /// The absolute path of the buildspec file.
    let file: String
    /// The status code in the phase's context.
    let code: String
    /// The message in the phase's context, without secrets.
    let message: String
    let buildspec: Buildspec?

    func print(to stream: StandardStream) {
        var lines = [
            "Waiting for DOWNLOAD_SOURCE", "Phase is DOWNLOAD_SOURCE",
            "CODEBUILD_SRC_DIR=\(source)", "YAML location is \(file)",
        ]
        if let buildspec {
            lines.append("Processing environment variables")
            if !buildspec.env.parameterStore.isEmpty {
                lines.append("Decrypting parameter store environment variables")
            }
        }
        lines += [
            "Phase complete: DOWNLOAD_SOURCE State: FAILED",
            "Phase context status code: \(code) Message: \(message)",
        ]
        for line in lines {
            stream.write("[Container] \(UTCTime.codeBuild()) \(line.printableLines)\n")
        }
    }
}
