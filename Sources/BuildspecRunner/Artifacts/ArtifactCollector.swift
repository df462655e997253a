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
    func run() async -> [ArtifactReport] {
        let sets =
            [(nil, section.primary)] + section.secondary.map { (Optional($0.identifier), $0.set) }
        var reports: [ArtifactReport] = []
        var writer = await writer()
        for (identifier, set) in sets {
            let values = await values(for: set)
            let name = await evaluatedName(of: set)
            let outcome = await withTaskExecutorPreference(BlockingExecutor.shared) { [writer] in
                await collect(set, identifier, name, values, writer)
            }
            for warning in outcome.warnings { await output.emit(.warning(warning)) }
            writer = outcome.writer
            reports.append(outcome.report)
            await output.emit(.artifactCollected(outcome.report))
        }
        return reports
    }

    private func writer() async -> any ArtifactWriter {
        switch options.destination {
        case .directory(let path):
            let directory = PathBytes(path.string)
            return DirectoryArtifacts(
                directory: directory,
                stateDirectory: request.stateDirectory,
                layout: ArtifactLayout(
                    directory,
                    sources: PathBytes(sources.string),
                    gitFiles: await GitTrackedFiles.paths(below: directory),
                    reservedPaths: request.reservedPaths
                        + request.inputFiles.map { ($0, "a file that 'buildspec' reads") },
                    stateDirectory: request.stateDirectory
                )
            )
        case .bucket(let uploader):
            return BucketArtifacts(
                uploader: uploader,
                buildARN: identity.arn,
                temporaryDirectory: PathBytes(session.stateStore.privateDirectory.path.string)
            )
        }
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
        _ values: [String: String],
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
            let selection = try selection(of: set, values)
            outcome.warnings = selection.warnings
            let artifact = Artifact(
                files: selection.files,
                key: key,
                identifier: identifier,
                isArchive: options.packaging == .zip,
                time: fixedTime(values),
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
        _ values: [String: String]
    ) throws -> ArtifactSelection {
        var set = set
        // An object of a bucket cannot be a link.
        if options.directory == nil, options.packaging == .none { set.enableSymlinks = false }
        let bounds = try ArtifactBounds(
            into: options.directory.map { PathBytes($0.string) },
            root: PathBytes(sources.string),
            reservedPaths: request.reservedPaths
        )
        return try ArtifactSelection(
            set,
            root: PathBytes(request.sourceDirectory.string),
            within: bounds,
            isConfined: isConfined,
            visiblePaths: session.execution.visiblePaths
        ) { text in
            if let name = VariableText.emptiedName(in: text, { values[$0] }) {
                throw ArtifactSelection.EmptyVariable(path: text, name: name)
            }
            let path = VariableText.expand(text) { values[$0] }.text
            return try session.execution.pathOutside(path)
        }
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

    /// Returns the values, at the end of the build, of the variables that the artifact uses.
    private func values(for set: ArtifactSet) async -> [String: String] {
        var names = options.packaging == .zip ? [ArtifactCollector.timeVariable] : []
        for text in [set.baseDirectory].compactMap({ $0 }) + set.files + set.excludePaths {
            names += VariableText.expand(text.value) { _ in nil }.unset
        }
        guard !names.isEmpty else { return [:] }
        let values = try? await session.evaluate(names.map { "${\($0)-}" })
        return Dictionary(zip(names, values ?? []), uniquingKeysWith: { first, _ in first })
    }

    private func evaluatedName(of set: ArtifactSet) async -> String? {
        guard let name = set.name else { return nil }
        let value = try? await session.evaluate([name.value])?.first
        if value == nil {
            await output.emit(.warning("the artifacts' name '\(name.value)' cannot be evaluated"))
        }
        return value
    }
}
