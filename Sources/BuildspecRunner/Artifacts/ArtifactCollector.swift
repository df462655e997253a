internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Collects a build's artifacts into a directory: CodeBuild's UPLOAD_ARTIFACTS on this machine.
///
/// The primary artifact goes into the directory itself, a secondary one into a directory of its
/// identifier below. Files that are there already stay unless an artifact has a file of that name; one
/// of the sources is never replaced, nor one in them that no build collected. An artifact that would do
/// that is not written at all.
struct ArtifactCollector: Sendable {
    let section: ArtifactsSection
    let directory: FilePath
    /// Where the files come from: the source root or a copy of it.
    let root: FilePath
    /// The user's own source root.
    let sources: FilePath
    /// What is never collected or written over, with what it is.
    let own: [(path: FilePath, what: String)]
    /// Files that are not written over because they are read.
    let inputs: [FilePath]
    let stateDirectory: FilePath
    let isConfined: Bool
    let place: any ExecutionEnvironment
    let session: ShellSession
    let pump: OutputMultiplexer

    /// Collects all artifacts; a failure of one does not keep the others from being collected.
    func run() async -> [ArtifactReport] {
        let sets =
            [(nil, section.primary)] + section.secondary.map { (Optional($0.identifier), $0.set) }
        var reports: [ArtifactReport] = []
        var places = ArtifactLayout(
            PathBytes(directory.string),
            sources: PathBytes(sources.string),
            known: await GitTrackedFiles.paths(below: PathBytes(directory.string)),
            own: own + inputs.map { ($0, "a file that 'buildspec' reads") },
            stateDirectory: stateDirectory
        )
        for (identifier, set) in sets {
            let values = await values(for: set)
            let name = await evaluatedName(of: set)
            let outcome = await withTaskExecutorPreference(BlockingExecutor.shared) {
                collect(set, identifier, values, places)
            }
            for warning in outcome.warnings { await pump.post(.warning(warning)) }
            places = outcome.places
            var report = outcome.report
            report.name = name
            reports.append(report)
            await pump.post(.artifactCollected(report))
        }
        return reports
    }

    /// What became of one artifact.
    private struct Outcome: Sendable {
        var report: ArtifactReport
        var warnings: [String] = []
        /// The places that are taken now.
        var places: ArtifactLayout
    }

    private func collect(
        _ set: ArtifactSet,
        _ identifier: String?,
        _ values: [String: String],
        _ places: ArtifactLayout
    ) -> Outcome {
        let target = identifier.map { directory.appending($0) } ?? directory
        var outcome = Outcome(
            report: ArtifactReport(identifier: identifier, directory: target, files: 0, bytes: 0),
            places: places
        )
        if let obstacle = obstacle(toWriting: target, identifier) {
            outcome.report.failure = obstacle
            outcome.report.range = set.files.first?.range
            return outcome
        }
        do {
            let bounds = try ArtifactBounds(
                into: PathBytes(directory.string),
                root: PathBytes(sources.string),
                own: own
            )
            let selection = try ArtifactSelection(
                set,
                root: PathBytes(root.string),
                within: bounds,
                isConfined: isConfined,
                sight: place.sight
            ) { text in
                if let name = VariableText.emptiedName(in: text, { values[$0] }) {
                    throw ArtifactSelection.Emptied(path: text, name: name)
                }
                return try place.outside(VariableText.expand(text) { values[$0] }.text)
            }
            outcome.warnings = selection.warnings
            if let problem = outcome.places.take(selection.files, identifier) {
                throw ArtifactSelection.Failure(message: problem, range: set.files.first?.range)
            }
            outcome.report.bytes = try copy(selection.files, identifier)
            outcome.report.files = selection.files.count
        } catch let failure as ArtifactSelection.Failure {
            outcome.report.failure = failure.message
            outcome.report.range = failure.range
        } catch is CancellationError {
            outcome.report.failure = "the build was stopped"
        } catch {
            outcome.report.failure = "\(error)"
        }
        return outcome
    }

    /// Writes the files.
    ///
    /// - Returns: how many bytes.
    private func copy(
        _ files: [ArtifactSelection.File],
        _ identifier: String?
    ) throws -> UInt64 {
        let top = try AtomicFile.openMaking(PathBytes(directory.string))
        let prefix = PathBytes(identifier ?? "")
        var memory = ArtifactMemory(top.path, in: stateDirectory)
        memory?.add(files.map { prefix.appending($0.target.bytes) })
        var copy = try ArtifactCopy(into: top, identifier)
        for file in files {
            try Task.checkCancellation()
            try copy.copy(file)
        }
        return copy.bytes
    }

    /// Why nothing can be written where an artifact is to go; its files are the build's and must not
    /// get elsewhere.
    private func obstacle(toWriting target: FilePath, _ identifier: String?) -> String? {
        if let identifier,
            ["", ".", ".."].contains(identifier)
                || identifier.utf8.contains(where: { $0 == slash || $0 == 0 })
        {
            return
                "'\(identifier)' cannot name a directory; an identifier has only letters, digits and "
                + "'_'"
        }
        for place in [directory, target] {
            let settled = Machine.settled(PathBytes(place.string))
            if settled == PathBytes(place.string) { continue }
            let maker = place == directory ? " that the build has made" : ""
            return "'\(place)' is a link\(maker), to '\(settled.text)'; it is not followed"
        }
        return nil
    }

    /// The values of the variables that the paths use, as they are at the end of the build.
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
            await pump.post(.warning("the artifacts' name '\(name.value)' cannot be evaluated"))
        }
        return value
    }
}
