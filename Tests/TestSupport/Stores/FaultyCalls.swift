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

/// System calls that fail, or in which a process dies: a library to preload, see
/// `Tests/Faults/faults.c`.
package struct FaultyCalls: Sendable {
    /// Which calls are counted.
    package enum Kind: String, Sendable {
        case writes
        case reads
    }

    /// What happens in the call.
    package enum Fault: Sendable, CustomStringConvertible {
        /// The process is killed; of a write, half is done.
        case kill
        /// The call fails as on a broken disk.
        case brokenDisk
        /// It fails, and so does every later one that needs room.
        case fullDisk
        /// A command of the shell is run before the call.
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

    private let place: TemporaryDirectory

    /// Builds the library.
    package init() async throws {
        place = try TemporaryDirectory()
        let source = PackageFiles.root.appending("Tests/Faults/faults.c")
        let result = try await Subprocess.run(
            .name("cc"),
            arguments: [
                "-shared", "-fPIC", "-O1", "-o", place.file("faults.so").string, source.string,
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

    /// The variables for a process that meets a fault.
    ///
    /// - Parameters:
    ///   - fault: what happens.
    ///   - call: in which of the calls, from 1; 0 only counts them.
    ///   - kind: which calls count.
    ///   - counter: a name for the count.
    /// - Returns: the variables.
    /// - Throws: when the count cannot be made.
    package func environment(
        _ fault: Fault,
        at call: Int,
        of kind: Kind,
        counter: String
    ) throws -> [Environment.Key: String] {
        try place.write(String(repeating: "\0", count: 8), to: counter)
        var variables: [Environment.Key: String] = [
            "LD_PRELOAD": place.file("faults.so").string,
            "FAULTS_IN": kind.rawValue,
            "FAULTS_COUNT": place.file(counter).string,
            "FAULTS_AT": "\(call)",
            "FAULTS_HOW": fault.text,
        ]
        if case .fullDisk = fault { variables["FAULTS_THEN"] = "on" }
        return variables
    }

    /// How many calls a process has made.
    package func count(_ counter: String) throws -> Int {
        try AtomicFile.read(PathBytes(place.file(counter).string), limit: 8)?
            .reversed().reduce(0) { $0 << 8 | Int($1) } ?? 0
    }
}
