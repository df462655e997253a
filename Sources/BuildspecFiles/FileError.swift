#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A failed system call: the action, the path and the reason.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that callers distinguish.
    package enum Code: Sendable {
        case notFound
        case permissionDenied
        case exists
        case notDirectory
        case isDirectory
        case isLink
        case notEmpty
        case noSpace
        case readOnly
        case otherDevice
        case other
    }

    /// The action as an infinitive: `open`, `rename`.
    package var action: String
    package var path: String
    package var number: CInt

    package init(_ action: String, _ path: String, number: CInt) {
        self.action = action
        self.path = path
        self.number = number
    }

    /// Creates an error for an action that was stopped because its task is cancelled.
    package init(cancelled action: String, _ path: String) {
        self.init(action, path, number: ECANCELED)
    }

    package var code: Code {
        switch number {
        case ENOENT: .notFound
        case EACCES, EPERM: .permissionDenied
        case EEXIST: .exists
        case ENOTDIR: .notDirectory
        case EISDIR: .isDirectory
        case ELOOP: .isLink
        case ENOTEMPTY: .notEmpty
        case ENOSPC, EDQUOT: .noSpace
        case EROFS: .readOnly
        case EXDEV: .otherDevice
        default: .other
        }
    }

    /// One line without a position: `cannot open 'a/b': permission denied`.
    package var description: String { "cannot \(action) '\(path)': \(reason)" }

    package var reason: String {
        switch code {
        case .notFound: "there is no such file or directory"
        case .permissionDenied: "permission denied"
        case .exists: "it is there already; if it is a link that leads nowhere, remove it"
        case .notDirectory: "a part of the path is not a directory"
        case .isDirectory: "it is a directory"
        case .isLink: "it is a symbolic link that is not followed here, or a loop of links"
        case .notEmpty: "the directory is not empty"
        case .noSpace: "the disk is full"
        case .readOnly: "the file system is read-only"
        case .otherDevice: "it is on another file system"
        case .other where number == ENXIO: "it is not a regular file"
        case .other: unsafe String(cString: strerror(number))
        }
    }
}

extension FileError {
    /// The number for a file that is larger than the reader's limit.
    static let fileTooLarge: CInt = EFBIG

    /// The number for a directory that cannot be replaced because it is not empty.
    package static let directoryNotEmpty: CInt = ENOTEMPTY

    /// Returns the number for a path that must be a regular file and has another kind.
    static func notRegularFile(_ kind: FileKind) -> CInt { kind == .directory ? EISDIR : ENXIO }

    package var isTooLarge: Bool { number == FileError.fileTooLarge }

    /// Whether a pipe, a device, a directory or a link was refused because a file was expected.
    package var isNotRegularFile: Bool {
        [.isDirectory, .isLink].contains(code) || number == ENXIO
    }
}
