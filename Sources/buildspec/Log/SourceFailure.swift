internal import BuildspecModel

/// The log of a build that fails in DOWNLOAD_SOURCE, in CodeBuild's lines.
///
/// Sources: published build logs; a buildspec that cannot be read ends the phase before the
/// environment is looked at, a parameter or secret behind it.
struct SourceFailure {
    /// The source root.
    let source: String
    /// The buildspec's absolute path.
    let file: String
    /// The status code of the phase's context.
    let code: String
    /// Its message, secrets hidden.
    let message: String
    /// The buildspec, if it could be read.
    let buildspec: Buildspec?

    /// Prints it.
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
