internal import BuildspecModel

/// The findings of a file.
struct FileFindings {
    /// The file as the user named it.
    var file: String
    var result: ValidationResult
    /// Whether the file has a batch and no commands.
    var isOnlyBatch = false
}

/// The formats of `validate`.
enum FindingsFormat: String, CaseIterable {
    case text
    case json
    case sarif
    case github

    /// Writes the findings of all files in this format, with a line break at the end.
    func print(_ files: [FileFindings]) -> String {
        switch self {
        case .text: FindingsText.print(files)
        case .json: FindingsJSON.print(files)
        case .sarif: FindingsSARIF.print(files)
        case .github: FindingsGitHub.print(files)
        }
    }
}
