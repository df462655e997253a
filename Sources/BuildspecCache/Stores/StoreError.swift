internal import BuildspecFiles

/// An operation of a store that failed.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A reason that a caller can react to.
    public enum Code: Sendable {
        /// The store refuses access.
        case denied
        /// No space is left.
        case full
        /// An object is larger than its reader accepts.
        case tooLarge
        /// The directory has other files in it and is not a store.
        case notAStore
        /// A pipe, a directory or a link has the name of an object.
        case notAFile
        /// A directory that is not empty has the name of an object; only the user can remove it.
        case blockedByDirectory
        /// The object is in a shared store that failed earlier.
        case unreachable
        /// Any other reason.
        case unavailable
    }

    /// The end of the text of `blockedByDirectory`.
    static let manualRemovalHint = "remove it by hand"

    /// The reason, for a decision.
    public var code: Code
    /// One line: what was tried, and why it failed.
    public var description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Creates the error for a directory that is not empty and has the name of an object.
    init(blockedByDirectoryAt path: String) {
        self.init(
            .blockedByDirectory,
            "'\(path)' is a directory that is not empty; \(StoreError.manualRemovalHint)"
        )
    }

    init(_ error: FileError) {
        if error.code == .notEmpty {
            self.init(blockedByDirectoryAt: error.path)
            return
        }
        let code: StoreError.Code =
            switch error.code {
            case .permissionDenied, .readOnly: .denied
            case .noSpace: .full
            default: error.isTooLarge ? .tooLarge : .unavailable
            }
        self.init(code, error.description)
    }
}
