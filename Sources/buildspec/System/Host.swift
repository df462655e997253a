internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What the command learns from the process that it is.
enum Host {
    /// The environment; variables that are not UTF-8 are named in `unreadable`.
    static func environment() -> (variables: [String: String], unreadable: [String]) {
        var variables: [String: String] = [:]
        var unreadable: [String] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let bytes = unsafe UnsafeBufferPointer(start: text, count: strlen(text))
                .map { UInt8(bitPattern: $0) }
            let name = bytes.prefix { $0 != UInt8(ascii: "=") }
            let value = bytes.dropFirst(name.count + 1)
            if let name = String(validating: name, as: UTF8.self),
                let value = String(validating: value, as: UTF8.self)
            {
                variables[name] = value
            } else {
                unreadable.append(String(decoding: name, as: UTF8.self))
            }
            unsafe entry += 1
        }
        return (variables, unreadable)
    }

    /// The current directory.
    static func currentDirectory() -> FilePath {
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe FilePath(platformString: path)
    }

    /// The user's home directory as the system knows it; `/` for a user without one.
    static var home: String {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        let result = unsafe getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found)
        guard result == 0, unsafe found != nil, let home = unsafe entry.pw_dir else { return "/" }
        return unsafe String(cString: home)
    }

    /// The path without links, `.` and `..`, or `nil` if there is nothing.
    static func realPath(_ path: FilePath) -> FilePath? {
        guard let real = unsafe path.withPlatformString({ unsafe realpath($0, nil) }) else {
            return nil
        }
        defer { unsafe free(real) }
        return unsafe FilePath(platformString: real)
    }

    /// Whether the path is a directory, links followed.
    static func isDirectory(_ path: FilePath) -> Bool {
        var status = stat()
        let found = unsafe path.withPlatformString { unsafe stat($0, &status) } == 0
        return found && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether there is anything at the path.
    static func exists(_ path: FilePath) -> Bool {
        unsafe path.withPlatformString { unsafe access($0, F_OK) } == 0
    }

    /// Takes an open file from everybody but its owner, whatever the process's mask says; a pipe or a
    /// terminal stays as it is, and so does a file where the file system keeps no modes.
    ///
    /// - Returns: whether it could: not with a file of another user that others may read.
    static func makePrivate(_ file: FileDescriptor) -> Bool {
        var status = stat()
        guard unsafe fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return true
        }
        return fchmod(file.rawValue, 0o600) == 0 || status.st_uid == geteuid()
            || status.st_mode & 0o077 == 0
    }

    /// Whether a directory has this name, be it a link that leads nowhere.
    static func hasName(_ path: FilePath) -> Bool {
        var status = stat()
        return unsafe path.withPlatformString { unsafe lstat($0, &status) } == 0
    }

    /// The mode of a file of this user's that others may read or write, such as `0644`; `nil` for one
    /// that only its user may, and for somebody else's file.
    ///
    /// Source: OpenSSH, `sshkey_perm_ok`.
    static func modeOpenToOthers(_ path: FilePath) -> String? {
        var status = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0,
            status.st_mode & S_IFMT == S_IFREG, status.st_uid == getuid(),
            status.st_mode & 0o077 != 0
        else { return nil }
        return "0" + String(status.st_mode & 0o777, radix: 8)
    }

    /// Whether standard output is a terminal.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// The program that runs.
    static var executable: FilePath? {
        #if os(Linux)
            realPath("/proc/self/exe")
        #else
            CommandLine.arguments.first.flatMap { realPath(FilePath($0)) }
        #endif
    }

    /// Reads a whole file.
    ///
    /// - Throws: `Errno`.
    static func read(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            var all: [UInt8] = []
            while true {
                let chunk = unsafe try [UInt8](unsafeUninitializedCapacity: 65_536) {
                    space,
                    count in
                    count = unsafe try file.read(into: UnsafeMutableRawBufferPointer(space))
                }
                if chunk.isEmpty { return all }
                all += chunk
            }
        }
    }
}
