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
    let collector: ReportCollector
    let bounds: Result<ArtifactBounds, any Error>
    /// The files that this build has exported.
    let exported: Set<PathBytes>

    /// The most time of a search, as CodeBuild's log names it.
    static let timeout = Duration.seconds(5)
    private static let suffixes = [".xml", ".json", ".trx", ".info"].map { Array($0.utf8) }
    private static let flag = "CODEBUILD_CONFIG_AUTO_DISCOVER"
    private static let directory = "CODEBUILD_CONFIG_AUTO_DISCOVER_DIR"

    private struct TimeoutError: Error {}

    /// The result of a search.
    private struct Found: Sendable {
        /// The files by format, in the order of formats.
        var files: [(ReportFormat, [PathBytes])] = []
        var warnings: [String] = []
    }

    /// Searches, and returns the files that are not `known`, by format in the order of formats; none if the
    /// search is off or fails.
    func run(except known: Set<PathBytes>) async -> [(ReportFormat, [PathBytes])] {
        let session = collector.session
        let names = [ReportDiscoverer.flag, ReportDiscoverer.directory].filter(session.mayHave)
        let paths = await DeclaredPaths([], variables: names, in: session)
        guard paths.values[ReportDiscoverer.flag]?.lowercased() != "false" else { return [] }
        let given = paths.values[ReportDiscoverer.directory] ?? ""
        let pattern = given.isEmpty ? "**/*" : given
        let start = ContinuousClock.now
        do {
            let found = try await search(pattern, paths, known)
            for warning in found.warnings { await warn(warning) }
            let count = found.files.reduce(0) { $0 + $1.1.count }
            let duration = ContinuousClock.now - start
            let discovery = ReportDiscovery(pattern: pattern, files: count, duration: duration)
            await collector.output.emit(.reportsDiscovered(discovery))
            return found.files
        } catch is TimeoutError {
            await warn(
                "reports are not discovered: it takes more than 5 s; name a smaller "
                    + "'\(ReportDiscoverer.directory)'"
            )
        } catch is CancellationError {
            // The build was stopped, which its state says.
        } catch {
            await warn("reports are not discovered: \(error)")
        }
        return []
    }

    private func warn(_ text: String) async {
        await collector.output.emit(.warning(text))
    }

    private func search(
        _ pattern: String,
        _ paths: DeclaredPaths,
        _ known: Set<PathBytes>
    ) async throws -> Found {
        try await withThrowingTaskGroup(of: Found.self) { group in
            group.addTask(executorPreference: BlockingExecutor.shared) {
                try find(pattern, paths, known)
            }
            group.addTask {
                try await Task.sleep(for: ReportDiscoverer.timeout)
                throw TimeoutError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? Found()
        }
    }

    private func find(
        _ pattern: String,
        _ paths: DeclaredPaths,
        _ known: Set<PathBytes>
    ) throws -> Found {
        let root = collector.root
        let text = try paths.path(pattern)
        var found = Found()
        var candidates: [PathBytes] = []
        let excluded = try excludedFiles()
        for pattern in ArtifactPattern.parse(text, base: root) {
            let walk = try ArtifactWalk(
                pattern,
                excluding: excluded.all,
                closed: excluded.closed,
                isSearch: true
            )
            candidates += walk.matches.filter(isCandidate).map(\.path)
            found.warnings += walk.unreadable.prefix(1).map {
                "reports in '\($0.text)' are not discovered, because it cannot be read"
            }
        }
        let visible = try candidates.filter { try !known.contains($0) && isReadable($0) }
        found.files = try ReportDiscoverer.sorted(visible)
        if pattern != "**/*", found.files.isEmpty, known.isEmpty {
            let hint = FilePattern.hint(for: text, in: root).map { "; \($0)" } ?? ""
            found.warnings.append(
                "no report matches '\(text)' of '\(ReportDiscoverer.directory)'\(hint)"
            )
        }
        return found
    }

    /// The files and directories of the program and of git, and the exported files.
    private func excludedFiles() throws -> (
        all: Set<FileStatus.Identity>, closed: Set<FileStatus.Identity>
    ) {
        let bounds = try bounds.get()
        let others = exported.union([collector.root.appending(".git".utf8)])
        let identities = others.compactMap { try? FileStatus.named($0)?.identity }
        return (bounds.excluded.union(identities), bounds.closed)
    }

    /// Whether a file has the name of a report and was written by the build.
    private func isCandidate(_ match: ArtifactWalk.Match) -> Bool {
        guard !match.isDirectory, let modified = match.modified else { return false }
        return ReportDiscoverer.suffixes.contains { suffix in
            match.path.bytes.suffix(suffix.count).elementsEqual(suffix)
        } && modified.isOfBuild(since: collector.identity.startTime)
    }

    /// Whether the build's commands could read a file; the start of a pattern can be reached by a link.
    private func isReadable(_ path: PathBytes) throws -> Bool {
        let allowed = collector.isConfined ? [try Machine.absolute(collector.root)] : []
        return try collector.collectable.obstacle(toReading: path, allowed) == nil
    }

    private static func sorted(_ paths: [PathBytes]) throws -> [(ReportFormat, [PathBytes])] {
        var found: [ReportFormat: [PathBytes]] = [:]
        for path in paths {
            try Task.checkCancellation()
            guard let format = ReportFormat.detect(file: path) else { continue }
            found[format, default: []].append(path)
        }
        return ReportFormat.allCases.compactMap { format in found[format].map { (format, $0) } }
    }
}
