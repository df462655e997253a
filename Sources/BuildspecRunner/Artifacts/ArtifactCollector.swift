internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Collects a build's artifacts: CodeBuild's UPLOAD_ARTIFACTS.
///
/// `ArtifactKey` says where each artifact goes below the destination. Existing files of a directory stay,
/// unless an artifact has a file of that name. A source file is never replaced, nor a file in the sources
/// that no build collected: an artifact that would do that is not written at all.
struct ArtifactCollector: Sendable {
    let section: ArtifactsSection
    let options: ArtifactOptions
    /// The build; its source root, from which files are collected, may be a copy of `sources`.
    let request: BuildRequest
    /// The user's source root.
    let sources: FilePath
    let isConfined: Bool
    let identity: BuildIdentity
    let session: ShellSession
    let output: OutputMultiplexer

    /// Collects all artifacts, also after one of them failed.
    ///
    /// - Returns: The results, and the paths or addresses of all files.
    func run() async -> (reports: [ArtifactReport], written: Set<PathBytes>) {
        let sets =
            [(nil, section.primary)] + section.secondary.map { (Optional($0.identifier), $0.set) }
        var reports: [ArtifactReport] = []
        var writer = await options.destination.writer(
            for: request,
            sources: sources,
            identity: identity,
            session: session
        )
        for (identifier, set) in sets {
            let paths = await DeclaredPaths(
                of: set,
                variables: options.packaging == .zip ? [ArtifactCollector.timeVariable] : [],
                in: session
            )
            let name = await evaluatedName(of: set)
            let outcome = await withTaskExecutorPreference(BlockingExecutor.shared) { [writer] in
                await collect(set, identifier, name, paths, writer)
            }
            for warning in outcome.warnings { await output.emit(.warning(warning)) }
            writer = outcome.writer
            reports.append(outcome.report)
            await output.emit(.artifactCollected(outcome.report))
        }
        return (reports, writer.written)
    }

    /// The result of collecting one artifact, and the writer, which knows its paths.
    private struct Outcome: Sendable {
        var report: ArtifactReport
        var warnings: [String] = []
        var writer: any ArtifactWriter
    }

    private func collect(
        _ set: ArtifactSet,
        _ identifier: String?,
        _ name: String?,
        _ paths: DeclaredPaths,
        _ writer: any ArtifactWriter
    ) async -> Outcome {
        var outcome = Outcome(
            report: ArtifactReport(identifier: identifier, name: name),
            writer: writer
        )
        do {
            if let identifier { try check(identifier, set) }
            let key = try ArtifactKey(of: set, identifier, options, evaluatedName: name, identity)
            outcome.report.location = outcome.writer.location(of: key)
            let selection = try selection(of: set, paths)
            outcome.warnings = selection.warnings
            let artifact = Artifact(
                files: selection.files,
                key: key,
                title: identifier.map { "the artifact '\($0)'" } ?? "the primary artifact",
                isArchive: options.packaging == .zip,
                time: fixedTime(paths.values),
                range: set.files.first?.range
            )
            let written = try await outcome.writer.write(artifact)
            outcome.warnings += written.warnings
            outcome.report.files = selection.files.count
            outcome.report.bytes = written.bytes
            outcome.report.checksums = written.checksums
        } catch let failure as ArtifactSelection.Failure {
            outcome.warnings += failure.warnings
            outcome.report.failure = failure.message
            outcome.report.range = failure.range
        } catch is CancellationError {
            outcome.report.failure = "the build was stopped"
        } catch {
            outcome.report.failure = "\(error)"
        }
        return outcome
    }

    private func selection(
        of set: ArtifactSet,
        _ paths: DeclaredPaths
    ) throws -> ArtifactSelection {
        var set = set
        // An object of a bucket cannot be a link.
        if options.directory == nil, options.packaging == .none { set.enableSymlinks = false }
        let bounds = try ArtifactBounds(
            into: options.directory.map { PathBytes($0.string) },
            root: PathBytes(sources.string),
            reservedPaths: request.reservedPaths,
            earlierFiles: request.earlierOutput(before: identity.startTime)
        )
        return try ArtifactSelection(
            set,
            root: PathBytes(request.sourceDirectory.string),
            within: bounds,
            collecting: CollectableFiles(
                isConfined: isConfined,
                visiblePaths: session.execution.visiblePaths
            ),
            expand: paths.path
        )
    }

    private func check(
        _ identifier: String,
        _ set: ArtifactSet
    ) throws(ArtifactSelection.Failure) {
        guard
            ["", ".", ".."].contains(identifier)
                || identifier.utf8.contains(where: { $0 == slash || $0 == 0 })
        else { return }
        throw ArtifactSelection.Failure(
            message:
                "'\(identifier)' cannot name a directory; an identifier has only letters, digits and "
                + "'_'",
            range: set.files.first?.range
        )
    }

    /// The time of all entries of an archive, in seconds since 1970, if the build sets one.
    ///
    /// Source: reproducible-builds.org, SOURCE_DATE_EPOCH.
    private func fixedTime(_ values: [String: String]) -> Int64? {
        values[ArtifactCollector.timeVariable].flatMap { Int64($0) }
    }

    private static let timeVariable = "SOURCE_DATE_EPOCH"

    private func evaluatedName(of set: ArtifactSet) async -> String? {
        guard let name = set.name else { return nil }
        let value = try? await session.evaluate([name.value])?.first
        if value == nil {
            await output.emit(.warning("the artifacts' name '\(name.value)' cannot be evaluated"))
        }
        return value
    }
}
