internal import BuildspecFiles
internal import BuildspecModel
internal import SystemPackage

/// Collects a build's artifacts into a directory: CodeBuild's UPLOAD_ARTIFACTS on this machine.
///
/// The primary artifact goes into the directory itself, a secondary one into a directory of its
/// identifier below. Files that are there already stay unless an artifact has a file of that name.
struct ArtifactCollector: Sendable {
    let section: ArtifactsSection
    let directory: FilePath
    let root: FilePath
    let isConfined: Bool
    let place: any BuildPlace
    let session: ShellSession
    let pump: OutputPump

    /// Collects all artifacts; a failure of one does not keep the others from being collected.
    func run() async -> [ArtifactReport] {
        let sets =
            [(nil, section.primary)] + section.secondary.map { (Optional($0.identifier), $0.set) }
        var reports: [ArtifactReport] = []
        for (identifier, set) in sets {
            let values = await values(for: set)
            let name = await evaluatedName(of: set)
            let outcome = await withTaskExecutorPreference(BlockingExecutor.shared) {
                collect(set, identifier, values)
            }
            for warning in outcome.warnings { await pump.post(.warning(warning)) }
            var report = outcome.report
            report.name = name
            reports.append(report)
            await pump.post(.artifactCollected(report))
        }
        return reports
    }

    private func collect(
        _ set: ArtifactSet,
        _ identifier: String?,
        _ values: [String: String]
    ) -> (report: ArtifactReport, warnings: [String]) {
        let target = identifier.map { directory.appending($0) } ?? directory
        var report = ArtifactReport(identifier: identifier, directory: target, files: 0, bytes: 0)
        if let obstacle = obstacle(toWriting: target, identifier) {
            report.failure = obstacle
            report.range = set.files.first?.range
            return (report, [])
        }
        do {
            let selection = try ArtifactSelection(
                set,
                root: PathBytes(root.string),
                excluding: try excluded(),
                isConfined: isConfined,
                sight: place.sight
            ) { text in
                if let name = VariableText.emptiedName(in: text, { values[$0] }) {
                    throw ArtifactSelection.Emptied(path: text, name: name)
                }
                return try place.outside(VariableText.expand(text) { values[$0] }.text)
            }
            var copy = try ArtifactCopy(into: PathBytes(target.string))
            for file in selection.files {
                try Task.checkCancellation()
                try copy.copy(file)
            }
            report.files = selection.files.count
            report.bytes = copy.bytes
            return (report, selection.warnings)
        } catch let failure as ArtifactSelection.Failure {
            report.failure = failure.message
            report.range = failure.range
        } catch is CancellationError {
            report.failure = "the build was stopped"
        } catch {
            report.failure = "\(error)"
        }
        return (report, [])
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
        guard isConfined || place.sight != nil else { return nil }
        let settled = Machine.settled(PathBytes(target.string))
        if settled == PathBytes(target.string) { return nil }
        return
            "'\(target)' is a link that the build has made, to '\(settled.text)'; it is not followed"
    }

    /// The directory that is collected into, should it lie in the sources.
    private func excluded() throws -> Set<BuildspecFiles.FileStatus.Identity> {
        let handle = try ArtifactWalk.directory(PathBytes(directory.string))
        return try handle.map { [try $0.status().identity] } ?? []
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
