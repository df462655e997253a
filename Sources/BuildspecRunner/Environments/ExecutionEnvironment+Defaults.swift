internal import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A place that shares this machine's files and processes.
extension ExecutionEnvironment {
    var notes: [String] { [] }

    var warnings: [String] { [] }

    var serviceVariables: [String: String] { [:] }

    var sight: VisiblePaths? { nil }

    var sourceCopy: FilePath? { nil }

    var owner: uid_t { geteuid() }

    var cacheTop: FilePath { "/" }

    func cached(_ path: String) throws(UnreachablePath) -> String { try outside(path) }

    func putCacheIn(_ paths: [String]) async throws(UnreachablePath) {}

    func takeCacheOut(_ paths: [String]) async throws(UnreachablePath) {}

    func processes(
        output pump: OutputMultiplexer,
        groups: ProcessGroups,
        grace: Duration
    ) -> any CommandExecutor {
        HostProcesses(
            place: self,
            runner: ProcessRunner(output: pump.input, groups: groups, grace: grace)
        )
    }

    func handBack() async -> String? { nil }

    func endProcesses(grace: Duration, waiting: () async -> Void) async {}
}

extension ProcessSpec {
    /// The environment as the process library takes it.
    var variables: Environment {
        .custom(
            Dictionary(
                uniqueKeysWithValues: environment.map {
                    (Environment.Key(stringLiteral: $0.key), $0.value)
                }
            )
        )
    }
}
