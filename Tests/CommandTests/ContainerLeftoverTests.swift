import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Containers of builds that are gone are removed, and no others.
extension ContainerTests {
    /// Makes a container as a build's is labelled.
    ///
    /// - Parameters:
    ///   - owner: the label's fields.
    ///   - isRunning: whether it runs.
    ///   - podman: the engine.
    /// - Returns: its name.
    /// - Throws: when the engine fails.
    private func leave(
        _ owner: [String],
        isRunning: Bool = false,
        with podman: Podman
    ) async throws -> String {
        let name = "buildspec-test-\(UInt32.random(in: 0...UInt32.max))"
        let host = try await shell("uname -n").split(separator: "\n").first ?? ""
        let label = "buildspec.owner=\(owner.joined(separator: "/"))"
        try await podman.run(
            "create",
            "--name",
            name,
            "--label",
            "buildspec.host=\(host)",
            "--label",
            label,
            Podman.tools,
            "/bin/sleep",
            "600"
        )
        if isRunning { try await podman.run("start", name) }
        return name
    }

    /// The fields of this process's own label.
    private func ownFields() async throws -> [String] {
        let script = """
            cat /proc/sys/kernel/random/boot_id
            readlink /proc/self/ns/pid | tr -cd '0-9\\n'
            echo \(getpid())
            sed 's/.*) //' /proc/\(getpid())/stat | cut -d' ' -f20
            """
        return try await shell(script).split(separator: "\n").map(String.init)
    }

    /// What a container's label may differ in from one of this process, and whether it is a leftover.
    enum Difference: CaseIterable {
        case none, process, start, namespace, boot, bootOfRunning

        var isLeftover: Bool { [.process, .start, .boot].contains(self) }

        func apply(to fields: [String]) -> [String] {
            var fields = fields
            switch self {
            case .none: break
            // No process has this number: Linux has none above 4194304.
            case .process: fields[2] = "4194999"
            case .start: fields[3] = "1"
            case .namespace:
                fields[1] = "1"
                fields[2] = "4194999"
            case .boot, .bootOfRunning: fields[0] = "00000000-0000-0000-0000-000000000000"
            }
            return fields
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: Difference.allCases)
    func `a container is removed and named when its build is gone for sure`(
        _ difference: Difference
    ) async throws {
        let podman = try await Podman.ready()
        let fields = difference.apply(to: try await ownFields())
        let isRunning = difference == .bootOfRunning
        let name = try await leave(fields, isRunning: isRunning, with: podman)
        let outcome = try await run(building("true"))
        let isThere = try await podman.containers().contains(name)
        if isThere { try await podman.run("rm", "--force", name) }
        #expect(outcome.status == 0)
        #expect(isThere == !difference.isLeftover)
        #expect(
            outcome.error
                == (difference.isLeftover
                    ? "warning: the container '\(name)' of an earlier build was still there and is "
                        + "removed\n" : "")
        )
    }
}
