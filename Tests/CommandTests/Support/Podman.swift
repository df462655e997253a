import Subprocess
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A real rootful podman with storage of its own, and images made of this machine's programs.
///
/// It needs root, and podman, runc, netavark, iptables and busybox-static, which `./dev` installs.
/// Where one of them is missing a test fails and says so; it is not passed over.
struct Podman: Sendable {
    /// Why there is none.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    /// bash and the usual programs; a user `app`; an entry point, a user and a directory that a build
    /// must not care for.
    static let tools = "localhost/buildspec-test-tools:2"
    /// busybox alone.
    static let busybox = "localhost/buildspec-test-busybox:1"
    /// A file and no program at all.
    static let empty = "localhost/buildspec-test-empty:1"

    /// What a process needs in its environment to use it.
    let environment: [Environment.Key: String]

    /// Whether it can be had by this user: what it does needs root.
    static let isAllowed = geteuid() == 0

    private static let shared = Preparation()

    /// The one of this test run.
    ///
    /// - Throws: `Unavailable`.
    static func ready() async throws -> Podman { try await shared.podman() }

    /// Runs podman to its end.
    ///
    /// - Returns: its standard output.
    /// - Throws: `Unavailable` when it fails.
    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        try await Podman.run(["podman"] + arguments, environment)
    }

    /// Does something while this podman serves everybody at a socket.
    ///
    /// - Returns: what `body` gives.
    /// - Throws: what `body` throws, or when the server cannot be started.
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

    /// The names of all containers.
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
        let place = "\(home)/.cache/buildspec-tests/podman-1"
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        _ = try await run(["sh", "-c", configuration, "sh", place], ["PATH": path])
        let environment: [Environment.Key: String] = [
            "PATH": path,
            "HOME": home,
            "CONTAINERS_CONF": "\(place)/containers.conf",
            "CONTAINERS_STORAGE_CONF": "\(place)/storage.conf",
        ]
        _ = try await run(["sh", "-c", images, "sh", place], environment)
        return Podman(environment: environment)
    }

    private static func run(
        _ words: [String],
        _ environment: [Environment.Key: String]
    ) async throws -> String {
        let result = try await Subprocess.run(
            .path("/usr/bin/env"),
            arguments: Arguments(words),
            environment: .custom(environment),
            input: .none,
            output: .string(limit: 1 << 22),
            error: .string(limit: 1 << 22)
        )
        guard result.terminationStatus.isSuccess else {
            throw Unavailable(
                description: "real podman is needed, and it does not do its work here: "
                    + "\(words.prefix(2)): \(result.standardError)"
            )
        }
        return result.standardOutput
    }

    /// What podman needs where there is no systemd and no right to raise limits.
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
