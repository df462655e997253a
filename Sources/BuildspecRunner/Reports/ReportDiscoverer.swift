internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecReports
internal import SystemPackage

/// Finds report files that the buildspec does not declare.
///
/// Source: CodeBuild guide, "Discover reports automatically". The variable
/// `CODEBUILD_CONFIG_AUTO_DISCOVER=false` turns the search off, and `CODEBUILD_CONFIG_AUTO_DISCOVER_DIR` is its
/// pattern. Only files that the build wrote are found, because CodeBuild's checkouts are new (choice).
struct ReportDiscoverer: Sendable {
    let request: BuildRequest
    let session: ShellSession
    /// The start of the build, in milliseconds since 1970.
    let startTime: Int64
    let isConfined: Bool
    let output: OutputMultiplexer

    /// The most time of a search, as CodeBuild's log names it.
    static let timeout = Duration.seconds(5)
    private static let suffixes = [".xml", ".json", ".trx", ".info"].map { Array($0.utf8) }
    private static let flag = "CODEBUILD_CONFIG_AUTO_DISCOVER"
    private static let directory = "CODEBUILD_CONFIG_AUTO_DISCOVER_DIR"

    private struct TimeoutError: Error {}

    /// Searches, and returns the files that are not `known`, by format in the order of formats; none if the
    /// search is off or fails.
    func run(except known: Set<PathBytes>) async -> [(ReportFormat, [PathBytes])] {
        let names = [ReportDiscoverer.flag, ReportDiscoverer.directory].filter(session.mayHave)
        let paths = await DeclaredPaths([], variables: names, in: session)
        guard paths.values[ReportDiscoverer.flag]?.lowercased() != "false" else { return [] }
        let given = paths.values[ReportDiscoverer.directory] ?? ""
        let pattern = given.isEmpty ? "**/*" : given
        let start = ContinuousClock.now
        do {
            let found = try await search(pattern, paths, known)
            let count = found.reduce(0) { $0 + $1.1.count }
            let duration = ContinuousClock.now - start
            let discovery = ReportDiscovery(pattern: pattern, files: count, duration: duration)
            await output.emit(.reportsDiscovered(discovery))
            return found
        } catch is TimeoutError {
            await warn("it takes more than 5 s; name a smaller '\(ReportDiscoverer.directory)'")
        } catch is CancellationError {
            // The build was stopped, which its state says.
        } catch {
            await warn("\(error)")
        }
        return []
    }

    private func warn(_ reason: String) async {
        await output.emit(.warning("reports are not discovered: \(reason)"))
    }

    private func search(
        _ pattern: String,
        _ paths: DeclaredPaths,
        _ known: Set<PathBytes>
    ) async throws -> [(ReportFormat, [PathBytes])] {
        try await withThrowingTaskGroup(of: [(ReportFormat, [PathBytes])].self) { group in
            group.addTask(executorPreference: BlockingExecutor.shared) {
                try sorted(candidates(of: pattern, paths).filter { !known.contains($0) })
            }
            group.addTask {
                try await Task.sleep(for: ReportDiscoverer.timeout)
                throw TimeoutError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    /// Finds files that the build wrote and that have the name of a report.
    private func candidates(of pattern: String, _ paths: DeclaredPaths) throws -> [PathBytes] {
        let root = PathBytes(request.sourceDirectory.string)
        let bounds = try ArtifactBounds(
            into: nil,
            root: root,
            reservedPaths: request.reservedPaths + request.outputDirectories(except: nil)
        )
        var excluded = bounds.excluded
        if let git = try FileStatus.named(root.appending(".git".utf8)) {
            excluded.insert(git.identity)
        }
        let text = try paths.path(pattern)
        return try ArtifactPattern.parse(text, base: root).flatMap { pattern in
            // A link can lead out of the sources, and a discovery must not read another user's files.
            try ArtifactWalk(pattern, excluding: excluded, closed: bounds.closed) { _ in true }
                .matches
        }
        .filter { match in
            !match.isDirectory && !match.isLink
                && ReportDiscoverer.suffixes.contains(where: match.path.bytes.hasSuffix)
                && ReportDiscoverer.isWritten(match.modified, since: startTime)
        }
        .map(\.path)
    }

    private func sorted(_ paths: [PathBytes]) throws -> [(ReportFormat, [PathBytes])] {
        var found: [ReportFormat: [PathBytes]] = [:]
        for path in paths {
            try Task.checkCancellation()
            guard let format = ReportFormat.detect(path: path.text) else { continue }
            found[format, default: []].append(path)
        }
        return ReportFormat.allCases.compactMap { format in found[format].map { (format, $0) } }
    }

    /// Returns whether a file was written since a time in milliseconds since 1970, or has no time.
    static func isWritten(_ modified: FileTime?, since time: Int64) -> Bool {
        guard let modified else { return true }
        // A file system's clock can be some milliseconds late, and some have whole seconds only.
        return modified.seconds >= time / 1_000 - 1
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool {
        self.suffix(suffix.count).elementsEqual(suffix)
    }
}
