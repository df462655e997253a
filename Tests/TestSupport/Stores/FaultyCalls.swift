internal import BuildspecFiles
package import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A preloaded library that makes a system call fail, or ends the process in the call.
///
/// See `Tests/Faults/faults.c`.
package struct FaultyCalls: Sendable {
    /// The calls that are counted.
    package enum Kind: String, Sendable {
        case writes
        case reads
    }

    /// The effect of the call.
    package enum Fault: Sendable, CustomStringConvertible {
        /// The process is killed, in the middle of a write.
        case kill
        /// The call fails as on a broken disk.
        case brokenDisk
        /// The call fails, and so do all later calls that need space.
        case fullDisk
        /// A shell command runs before the call.
        case command(String)

        package var description: String {
            switch self {
            case .kill: "kill"
            case .brokenDisk: "broken disk"
            case .fullDisk: "full disk"
            case .command(let text): text
            }
        }

        var text: String {
            switch self {
            case .kill: "kill"
            case .brokenDisk: "\(EIO)"
            case .fullDisk: "\(ENOSPC)"
            case .command(let text): text
            }
        }
    }

    private let directory: TemporaryDirectory

    /// Builds the library.
    package init() async throws {
        directory = try TemporaryDirectory()
        let source = PackageFiles.root.appending("Tests/Faults/faults.c")
        let result = try await Subprocess.run(
            .name("cc"),
            arguments: [
                "-shared", "-fPIC", "-O1", "-o", directory.file("faults.so").string, source.string,
                "-ldl",
            ],
            output: .discarded,
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess else {
            throw Failure(description: "cc: \(result.standardError)")
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// Prepares a process with a fault.
    ///
    /// - Parameters:
    ///   - fault: The effect.
    ///   - call: The number of the call, from 1; 0 only counts the calls.
    ///   - kind: The calls that are counted.
    ///   - counter: A name for the counter.
    /// - Returns: The variables of the process.
    /// - Throws: An error if the counter cannot be written.
    package func environment(
        _ fault: Fault,
        at call: Int,
        of kind: Kind,
        counter: String
    ) throws -> [Environment.Key: String] {
        try directory.write(String(repeating: "\0", count: 8), to: counter)
        var variables: [Environment.Key: String] = [
            "LD_PRELOAD": directory.file("faults.so").string,
            "FAULTS_IN": kind.rawValue,
            "FAULTS_COUNT": directory.file(counter).string,
            "FAULTS_AT": "\(call)",
            "FAULTS_HOW": fault.text,
        ]
        if case .fullDisk = fault { variables["FAULTS_THEN"] = "on" }
        return variables
    }

    /// Returns the number of calls that a process has made.
    package func count(_ counter: String) throws -> Int {
        try AtomicFile.read(PathBytes(directory.file(counter).string), limit: 8)?
            .reversed().reduce(0) { $0 << 8 | Int($1) } ?? 0
    }
}
