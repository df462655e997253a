#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A system call that failed: what was tried, on what, and why it did not work.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that callers decide by.
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

    /// What was tried, as an infinitive: `open`, `rename`.
    package var action: String
    /// The path it was tried on.
    package var path: String
    /// The system's error number.
    package var number: CInt

    package init(_ action: String, _ path: String, number: CInt) {
        self.action = action
        self.path = path
        self.number = number
    }

    /// What was given up because its task is cancelled.
    package init(stopped action: String, _ path: String) {
        self.init(action, path, number: ECANCELED)
    }

    /// The reason, for a decision.
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

    /// Why it did not work, without the path.
    package var reason: String {
        switch code {
        case .notFound: "there is no such file or directory"
        case .permissionDenied: "permission denied"
        case .exists: "it is there already"
        case .notDirectory: "a part of the path is not a directory"
        case .isDirectory: "it is a directory"
        case .isLink: "it is a symbolic link, and links are not followed here"
        case .notEmpty: "the directory is not empty"
        case .noSpace: "the disk is full"
        case .readOnly: "the file system is read-only"
        case .otherDevice: "it is on another file system"
        case .other where number == ENXIO: "it is not a regular file"
        case .other: unsafe String(cString: strerror(number))
        }
    }
}

/// The error number for a path that must be a file and is something else.
func notAFile(_ kind: FileKind) -> CInt { kind == .directory ? EISDIR : ENXIO }

/// The error number for a file that is larger than its reader believes.
let tooBig: CInt = EFBIG

/// The error number for a directory that would be replaced and has something in it.
package let notEmpty: CInt = ENOTEMPTY

extension FileError {
    /// Whether a file was refused because it is larger than its reader believes.
    package var isTooLarge: Bool { number == tooBig }

    /// Whether a pipe, a device, a directory or a link was refused where a file should be.
    package var isNoFile: Bool {
        [.isDirectory, .isLink].contains(code) || number == ENXIO
    }
}
