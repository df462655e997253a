internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Collects a build's artifacts into a directory: CodeBuild's UPLOAD_ARTIFACTS on this machine.
///
/// The primary artifact goes into the directory itself, a secondary one into a directory that its
/// identifier names. Existing files stay, unless an artifact has a file of that name. A source file is never
/// replaced, nor a file in the sources that no build collected: an artifact that would do that is not
/// written at all.
struct ArtifactCollector: Sendable {
    let section: ArtifactsSection
    let directory: FilePath
    /// The build; its source root, from which files are collected, may be a copy of `sources`.
    let request: BuildRequest
    /// The user's source root.
    let sources: FilePath
    let isConfined: Bool
    let session: ShellSession
    let output: OutputMultiplexer

    /// Collects all artifacts, also after one of them failed.
    func run() async -> [ArtifactReport] {
        let sets =
            [(nil, section.primary)] + section.secondary.map { (Optional($0.identifier), $0.set) }
        var reports: [ArtifactReport] = []
        var layout = ArtifactLayout(
            PathBytes(directory.string),
            sources: PathBytes(sources.string),
            gitFiles: await GitTrackedFiles.paths(below: PathBytes(directory.string)),
            reservedPaths: request.reservedPaths
                + request.inputFiles.map { ($0, "a file that 'buildspec' reads") },
            stateDirectory: request.stateDirectory
        )
        for (identifier, set) in sets {
            let values = await values(for: set)
            let name = await evaluatedName(of: set)
            let outcome = await withTaskExecutorPreference(BlockingExecutor.shared) {
                collect(set, identifier, values, layout)
            }
            for warning in outcome.warnings { await output.emit(.warning(warning)) }
            layout = outcome.layout
            var report = outcome.report
            report.name = name
            reports.append(report)
            await output.emit(.artifactCollected(report))
        }
        return reports
    }

    /// The result of collecting one artifact, and the layout with its paths.
    private struct Outcome: Sendable {
        var report: ArtifactReport
        var warnings: [String] = []
        var layout: ArtifactLayout
    }

    private func collect(
        _ set: ArtifactSet,
        _ identifier: String?,
        _ values: [String: String],
        _ layout: ArtifactLayout
    ) -> Outcome {
        let target = identifier.map { directory.appending($0) } ?? directory
        var outcome = Outcome(
            report: ArtifactReport(identifier: identifier, directory: target, files: 0, bytes: 0),
            layout: layout
        )
        do {
            if let obstacle = obstacle(toWriting: target, identifier) {
                throw ArtifactSelection.Failure(message: obstacle, range: set.files.first?.range)
            }
            let bounds = try ArtifactBounds(
                into: PathBytes(directory.string),
                root: PathBytes(sources.string),
                reservedPaths: request.reservedPaths
            )
            let selection = try ArtifactSelection(
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
            outcome.warnings = selection.warnings
            if let problem = outcome.layout.assign(selection.files, identifier) {
                throw ArtifactSelection.Failure(message: problem, range: set.files.first?.range)
            }
            outcome.report.bytes = try copy(selection.files, identifier)
            outcome.report.files = selection.files.count
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

    /// Copies the files and returns the number of bytes.
    private func copy(_ files: [ArtifactSelection.File], _ identifier: String?) throws -> UInt64 {
        let top = try DirectoryHandle.creating(PathBytes(directory.string))
        let prefix = PathBytes(identifier ?? "")
        var memory = ArtifactMemory(top.path, in: request.stateDirectory)
        memory?.add(files.map { prefix.appending($0.target.bytes) })
        var copy = try ArtifactCopy(into: top, identifier)
        for file in files {
            try Task.checkCancellation()
            try copy.copy(file)
        }
        return copy.bytes
    }

    /// Returns why an artifact's directory cannot be written: a link of the build must not lead the
    /// artifact's files to another directory.
    private func obstacle(toWriting target: FilePath, _ identifier: String?) -> String? {
        if let identifier,
            ["", ".", ".."].contains(identifier)
                || identifier.utf8.contains(where: { $0 == slash || $0 == 0 })
        {
            return
                "'\(identifier)' cannot name a directory; an identifier has only letters, digits and "
                + "'_'"
        }
        for path in [directory, target] {
            let resolved = Machine.resolved(PathBytes(path.string))
            if resolved == PathBytes(path.string) { continue }
            let maker = path == directory ? " that the build has made" : ""
            return "'\(path)' is a link\(maker), to '\(resolved.text)'; it is not followed"
        }
        return nil
    }

    /// Returns the values, at the end of the build, of the variables that the paths use.
    private func values(for set: ArtifactSet) async -> [String: String] {
        var names: [String] = []
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
