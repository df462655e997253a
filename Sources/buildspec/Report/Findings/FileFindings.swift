internal import BuildspecModel

/// What was found in one file.
struct FileFindings {
    /// The file as the user named it.
    var file: String
    /// The findings, their source, and whether the file passes.
    var result: ValidationResult
    /// Whether the file only says which builds a batch starts.
    var isOnlyBatch = false
}

/// The forms in which findings can be printed.
enum FindingsFormat: String, CaseIterable {
    case text
    case json
    case sarif
    case github

    /// The findings of all files in this form; ends with a line break unless it is empty.
    func print(_ files: [FileFindings]) -> String {
        switch self {
        case .text: FindingsText.print(files)
        case .json: FindingsJSON.print(files)
        case .sarif: FindingsSARIF.print(files)
        case .github: FindingsGitHub.print(files)
        }
    }
}
