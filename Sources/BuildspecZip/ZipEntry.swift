package import BuildspecFiles

/// One entry of an archive.
package struct ZipEntry: Sendable {
    /// The content of an entry.
    package enum Content: Sendable {
        /// The content of a regular file at a trusted path; a link is followed.
        case file(PathBytes)
        /// A symbolic link with this target.
        case link([UInt8])
        case directory
    }

    /// The relative path in the archive; the slash at the end of a directory's name is optional.
    package var name: [UInt8]
    package var content: Content
    /// The permission bits; `nil` means those of the file, 0777 for a link, 0755 for a directory.
    package var mode: UInt32?
    /// The time; `nil` means that of the file, for others the time when the archive is started.
    package var modified: FileTime?

    package init(
        name: [UInt8],
        _ content: Content,
        mode: UInt32? = nil,
        modified: FileTime? = nil
    ) {
        (self.name, self.content, self.mode, self.modified) = (name, content, mode, modified)
    }
}

/// The settings of an archive.
package struct ZipOptions: Sendable {
    /// The level of compression, from 1 (the fastest) to 9 (the smallest).
    package var level: Int
    /// The time of all entries in seconds since 1970, as `SOURCE_DATE_EPOCH` gives it.
    ///
    /// With it, the bytes of the archive depend only on the entries and the level.
    package var fixedTime: Int64?
    /// The number of files that are compressed at the same time.
    package var width: Int

    package init(level: Int = 1, fixedTime: Int64? = nil, width: Int = Machine.cores) {
        self.level = min(max(level, 1), 9)
        self.fixedTime = fixedTime
        self.width = max(width, 1)
    }
}

/// The properties of a written archive.
package struct ZipResult: Sendable, Equatable {
    /// The number of files and links.
    package var files = 0
    /// The size of the archive.
    package var bytes: UInt64 = 0
    package var warnings: [String] = []
}

/// A failure of an archive that is not a failed system call.
package enum ZipError: Error, Equatable, CustomStringConvertible {
    case changed(path: String)
    case notRegularFile(path: String)
    case invalidName(String)
    case memory

    package var description: String {
        switch self {
        case .changed(let path):
            "cannot archive '\(path)': it changed while it was read; "
                + "stop the process that writes it"
        case .notRegularFile(let path): "cannot archive '\(path)': it is not a regular file"
        case .invalidName(let name):
            "cannot archive '\(name)': an archive needs a relative path without '..' "
                + "of at most 65,535 bytes"
        case .memory: "cannot write the archive: there is not enough memory"
        }
    }
}
