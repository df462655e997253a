internal import BuildspecFiles
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The process that a container is there for, as the container's label tells it.
///
/// Its number alone would not do: a build in a container of its own, with the same engine, counts
/// anew, and a number is given to another process some time later. What Linux does not tell, or
/// another system, is `-`.
struct ContainerOwner: Equatable {
    /// The start of the machine.
    private var boot: String
    /// Where the process's number counts.
    private var namespace: String
    private var process: pid_t
    /// When the process began.
    private var start: String

    /// This process.
    static let current: ContainerOwner = {
        let name = try? DirectoryHandle.open(PathBytes("/proc/self/ns")).linkTarget("pid".utf8)
        return ContainerOwner(
            boot: firstLine(of: "/proc/sys/kernel/random/boot_id") ?? "-",
            namespace: name.map { String(decoding: $0, as: UTF8.self).filter(\.isNumber) } ?? "-",
            process: getpid(),
            start: startTime(of: getpid()) ?? "-"
        )
    }()

    private init(boot: String, namespace: String, process: pid_t, start: String) {
        self.boot = boot
        self.namespace = namespace
        self.process = process
        self.start = start
    }

    /// Reads what `text` gave; `nil` for anything else.
    init?(_ text: Substring) {
        let parts = text.split(separator: "/").map(String.init)
        guard parts.count == 4, let process = pid_t(parts[2]), process > 0 else { return nil }
        self.init(boot: parts[0], namespace: parts[1], process: process, start: parts[3])
    }

    /// The owner as the label's value.
    var text: String { "\(boot)/\(namespace)/\(process)/\(start)" }

    /// Whether it is sure that the process is not there any more.
    ///
    /// - Parameter isRunning: whether the container runs. One that does not run has been left when
    ///   the machine has started anew since.
    /// - Returns: `false` also where nobody can tell.
    func isGone(isRunning: Bool) -> Bool {
        let current = ContainerOwner.current
        guard boot == current.boot else { return !isRunning }
        // The number of a namespace that is gone may be ours now; its processes are gone then too.
        guard namespace == current.namespace else { return false }
        if kill(process, 0) != 0, errno == ESRCH { return true }
        guard let now = ContainerOwner.startTime(of: process), start != "-" else { return false }
        return now != start
    }

    /// In ticks since the machine's start: proc_pid_stat(5), `starttime`.
    private static func startTime(of process: pid_t) -> String? {
        // The program's name, in parentheses, may have any character in it.
        guard let line = firstLine(of: FilePath("/proc/\(process)/stat")),
            let end = line.lastIndex(of: ")")
        else { return nil }
        let fields = line[end...].split(separator: " ")
        return fields.count > 20 ? String(fields[20]) : nil
    }

    private static func firstLine(of path: FilePath) -> String? {
        guard let bytes = try? SmallFile.read(path) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }
}
