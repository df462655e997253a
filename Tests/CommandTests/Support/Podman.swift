import Subprocess
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A real rootful podman with separate storage, and images made of this machine's programs.
///
/// It needs root, and podman, runc, netavark, iptables and busybox-static, which `./dev` installs.
/// A test fails if one of them is missing; it is not skipped.
struct Podman: Sendable {
    /// An error for a machine on which podman does not work.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    /// An image with bash, the usual programs and a user `app`.
    ///
    /// A build must ignore the entry point, the user and the working directory of the image.
    static let tools = "localhost/buildspec-test-tools:2"
    /// An image with busybox only.
    static let busybox = "localhost/buildspec-test-busybox:1"
    /// An image without a program.
    static let empty = "localhost/buildspec-test-empty:1"

    /// The variables of a process that uses this podman.
    let environment: [Environment.Key: String]

    /// Whether this user can run it, which needs root.
    static let isAllowed = geteuid() == 0

    private static let shared = Preparation()

    /// Returns the podman of this test run, and prepares it if necessary.
    ///
    /// - Throws: `Unavailable` if podman does not work on this machine.
    static func ready() async throws -> Podman { try await shared.podman() }

    /// Runs podman to its end.
    ///
    /// - Returns: The standard output.
    /// - Throws: `Unavailable` if podman fails.
    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        try await Podman.run(["podman"] + arguments, environment)
    }

    /// Calls `body` while this podman serves all users at a socket.
    ///
    /// - Returns: The result of `body`.
    /// - Throws: The error of `body`, or an error if the server cannot be started.
    func serving<Value: Sendable>(
        at socket: FilePath,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await Subprocess.run(
            .name("podman"),
            arguments: ["system", "service", "--time", "0", "unix://\(socket)"],
            environment: .custom(environment),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { server in
            while unsafe chmod(socket.string, 0o666) != 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            defer { try? server.send(signal: .terminate) }
            return try await body()
        }.closureResult
    }

    /// Lists the names of all containers.
    func containers() async throws -> [String] {
        try await run("ps", "--all", "--format", "{{.Names}}").split(separator: "\n")
            .map(String.init)
    }

    private actor Preparation {
        private var preparation: Task<Podman, any Error>?

        func podman() async throws -> Podman {
            let task = preparation ?? Task { try await Podman.prepare() }
            preparation = task
            return try await task.value
        }
    }

    private static func prepare() async throws -> Podman {
        let home = unsafe getenv("HOME").map { unsafe String(cString: $0) } ?? "/root"
        let storage = "\(home)/.cache/buildspec-tests/podman-1"
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        _ = try await run(["sh", "-c", configuration, "sh", storage], ["PATH": path])
        let environment: [Environment.Key: String] = [
            "PATH": path,
            "HOME": home,
            "CONTAINERS_CONF": "\(storage)/containers.conf",
            "CONTAINERS_STORAGE_CONF": "\(storage)/storage.conf",
        ]
        _ = try await run(["sh", "-c", images, "sh", storage], environment)
        return Podman(environment: environment)
    }

    private static func run(
        _ command: [String],
        _ environment: [Environment.Key: String]
    ) async throws -> String {
        let result = try await Subprocess.run(
            .path("/usr/bin/env"),
            arguments: Arguments(command),
            environment: .custom(environment),
            input: .none,
            output: .string(limit: 1 << 22),
            error: .string(limit: 1 << 22)
        )
        guard result.terminationStatus.isSuccess else {
            throw Unavailable(
                description: "real podman is needed, and it does not work here: "
                    + "\(command.prefix(2)): \(result.standardError)"
            )
        }
        return result.standardOutput
    }

    /// Configures podman for a machine without systemd and without the right to raise limits.
    private static let configuration = """
        set -eu
        for program in podman runc netavark iptables busybox; do
            PATH=$PATH:/usr/lib/podman command -v $program >/dev/null ||
                { echo "there is no '$program'; './dev test' installs it" >&2; exit 1; }
        done
        mkdir -p "$1"
        cat >"$1/containers.conf" <<END
        [containers]
        default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
        [network]
        network_backend = "netavark"
        [engine]
        runtime = "runc"
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        [engine.runtimes]
        runc = ["$(command -v runc)"]
        END
        cat >"$1/storage.conf" <<END
        [storage]
        driver = "overlay"
        graphroot = "$1/storage"
        runroot = "/run/buildspec-tests-podman"
        END
        """

    private static let images = """
        set -eu
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        prepare() {
            mkdir -p "$1/etc" "$1/tmp" "$1/root" "$1/proc" "$1/sys" "$1/dev" "$1/home/app"
            chmod 1777 "$1/tmp"
            echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
            echo 'app:x:1000:1000:app:/home/app:/bin/sh' >>"$1/etc/passwd"
            printf 'root:x:0:\\napp:x:1000:\\nextra:x:2000:app\\n' >"$1/etc/group"
            chown 1000:1000 "$1/home/app"
        }
        make_tools() {
            root=$work/tools
            prepare "$root"
            mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64"
            for name in bin lib lib64; do ln -s "usr/$name" "$root/$name"; done
            for program in bash sh cat chmod chown cp env find git grep head id kill ln ls mkdir mkfifo \\
                nohup ps rm seq sleep sort stat tail touch tr wc; do
                file=$(command -v "$program" | grep / || echo "/usr/bin/$program")
                cp -L "$file" "$root/usr/bin/$program"
            done
            ldd "$root"/usr/bin/* | grep -oE '/[^ ]+[.]so[^ ]*' | sort -u | while read -r library; do
                mkdir -p "$root${library%/*}"
                cp -L "$library" "$root$library"
            done
            echo image >"$root/root/.from-image"
            tar -C "$root" -c . | podman import --quiet -c 'ENV FROM_IMAGE=yes' -c 'USER app' \\
                -c 'WORKDIR /home/app' -c 'ENTRYPOINT ["/bin/false"]' - "\(tools)"
        }
        make_busybox() {
            root=$work/busybox
            prepare "$root"
            mkdir -p "$root/bin"
            cp "$(command -v busybox)" "$root/bin/"
            for name in $("$root/bin/busybox" --list | grep -v '^busybox$'); do
                ln -s busybox "$root/bin/$name"
            done
            tar -C "$root" -c . | podman import --quiet - "\(busybox)"
        }
        make_empty() {
            mkdir -p "$work/empty"
            echo >"$work/empty/file"
            tar -C "$work/empty" -c . | podman import --quiet - "\(empty)"
        }
        podman image exists "\(tools)" || make_tools
        podman image exists "\(busybox)" || make_busybox
        podman image exists "\(empty)" || make_empty
        """
}
