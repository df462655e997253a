internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecReports
internal import SystemPackage

/// Reads and exports the reports of a build, in CodeBuild's UPLOAD_ARTIFACTS.
///
/// A failed test case does not fail a build. A group without a file, or with a file that cannot be read,
/// does.
struct ReportCollector: Sendable {
    /// The build; its source root, from which files are read, may be a copy of `sources`.
    let request: BuildRequest
    /// The user's source root.
    let sources: FilePath
    let isConfined: Bool
    let identity: BuildIdentity
    let session: ShellSession
    let output: OutputMultiplexer
    /// The paths or addresses of the artifacts of this build.
    let artifacts: Set<PathBytes>

    /// Reads all reports, also after one of them failed.
    func run() async -> [GroupReport] {
        var writer = await writer()
        let bounds = await withTaskExecutorPreference(BlockingExecutor.shared) {
            Result { try makeBounds() }
        }
        var reports: [GroupReport] = []
        var known: Set<PathBytes> = []
        func finish(_ files: GroupFiles, _ report: GroupReport) async {
            let outcome = await withTaskExecutorPreference(BlockingExecutor.shared) { [writer] in
                await read(files, report, writer)
            }
            writer = outcome.writer
            for warning in outcome.warnings { await output.emit(.warning(warning)) }
            reports.append(outcome.report)
            await output.emit(.reportRead(outcome.report))
        }
        for group in request.buildspec.reports {
            let (files, report) = await select(group, bounds)
            known.formUnion(files.paths)
            await finish(files, report)
        }
        let discoverer = ReportDiscoverer(
            collector: self,
            bounds: bounds,
            exported: writer?.written ?? []
        )
        for (format, paths) in await discoverer.run(except: known) {
            let name = "\(format.rawValue)-AutoDiscovered"
            var report = GroupReport(name: name, group: "\(identity.project)-\(name)")
            report.isDiscovered = true
            report.format = format
            await finish(GroupFiles(discovered: paths, root: root), report)
        }
        return reports
    }

    /// The source root that files are read from.
    var root: PathBytes { PathBytes(request.sourceDirectory.string) }

    /// The files that the build's commands could read.
    var collectable: CollectableFiles {
        CollectableFiles(isConfined: isConfined, visiblePaths: session.execution.visiblePaths)
    }

    private func writer() async -> (any ArtifactWriter)? {
        await request.reports.destination?.writer(
            for: request,
            sources: sources,
            identity: identity,
            session: session,
            taken: artifacts
        )
    }

    /// Finds the files of a group; a failure is in the report.
    private func select(
        _ group: ReportGroup,
        _ bounds: Result<ArtifactBounds, any Error>
    ) async -> (GroupFiles, GroupReport) {
        let set = ArtifactSet(
            files: group.files,
            discardPaths: false,
            baseDirectory: group.baseDirectory
        )
        let texts = [group.name.value, group.fileFormat?.value ?? ""]
        let paths = await DeclaredPaths(
            texts + (set.files + [set.baseDirectory].compactMap(\.self)).map(\.value),
            in: session
        )
        let name = paths.text(group.name.value)
        guard !name.isEmpty else {
            var report = GroupReport(name: group.name.value, group: "")
            report.failure = "the name of the report group is empty"
            report.range = group.name.range
            return (GroupFiles(), report)
        }
        let isARN = name.hasPrefix("arn:")
        var report = GroupReport(name: name, group: isARN ? name : "\(identity.project)-\(name)")
        let format = paths.text(group.fileFormat?.value ?? ReportFormat.junitXML.rawValue)
        report.format = ReportFormat(name: format)
        guard report.format != nil else {
            let names = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            report.failure = "'\(format)' is not a report format; use one of \(names)"
            report.range = group.fileFormat?.range
            return (GroupFiles(), report)
        }
        let files = await withTaskExecutorPreference(BlockingExecutor.shared) { [report] in
            GroupFiles(of: group, report.name) {
                try selection(set, paths, within: try bounds.get())
            }
        }
        report.failure = files.failure?.message
        report.range = files.failure?.range
        return (files, report)
    }

    private func selection(
        _ set: ArtifactSet,
        _ paths: DeclaredPaths,
        within bounds: ArtifactBounds
    ) throws -> ArtifactSelection {
        try ArtifactSelection(
            set,
            for: .report,
            root: root,
            within: bounds,
            collecting: collectable,
            expand: paths.path
        )
    }

    /// The files that are no reports: those of the program, the artifacts of this build, and what earlier
    /// builds left.
    private func makeBounds() throws -> ArtifactBounds {
        let copies = artifacts.compactMap { try? FileStatus.named($0)?.identity }
        return try ArtifactBounds(
            into: nil,
            root: PathBytes(sources.string),
            reservedPaths: request.reservedPaths,
            earlierFiles: request.earlierOutput(before: identity.startTime).union(copies)
        )
    }

    /// The result of a group, and the writer, which knows the paths of the export.
    private struct Outcome: Sendable {
        var report: GroupReport
        var warnings: [String] = []
        var writer: (any ArtifactWriter)?

        mutating func fail(_ message: String) {
            report.failure = message
            report.status = .incomplete
        }
    }

    private func read(
        _ files: GroupFiles,
        _ report: GroupReport,
        _ writer: (any ArtifactWriter)?
    ) async -> Outcome {
        var outcome = Outcome(report: report, warnings: files.warnings, writer: writer)
        guard report.failure == nil, let format = report.format else { return outcome }
        if let warning = files.staleWarning(before: identity.startTime) {
            outcome.warnings.append(warning)
        }
        outcome.report.files = files.paths.count
        do {
            let content = try files.read(format)
            outcome.warnings += content.warnings
            outcome.report.unreadable = content.unreadable
            guard let read = content.report else { return outcome }
            outcome.report.status = read.status
            outcome.report.report = read
            if outcome.writer != nil {
                outcome.report.location = try await export(files, report.label, &outcome.writer)
            }
        } catch is CancellationError {
            outcome.fail("the build was stopped")
        } catch let error as ReportError {
            outcome.fail("error processing report: [\(error)]")
        } catch let failure as ArtifactSelection.Failure {
            outcome.fail("error exporting report: [\(failure.message)]")
        } catch {
            outcome.fail("error exporting report: [\(error)]")
        }
        return outcome
    }

    /// Exports the files as they are, each group with a directory or an archive of its name.
    private func export(
        _ files: GroupFiles,
        _ label: String,
        _ writer: inout (any ArtifactWriter)?
    ) async throws -> String {
        guard var open = writer else { return "" }
        defer { writer = open }
        let isArchive = request.reports.packaging == .zip
        let key = ArtifactKey(ofReport: label, isArchive: isArchive)
        let artifact = Artifact(
            files: try files.exported(below: root),
            key: key,
            title: "the report '\(label)'",
            isArchive: isArchive,
            time: nil,
            range: nil
        )
        _ = try await open.write(artifact)
        return open.location(of: key)
    }
}

extension Report {
    /// The status of a report with this content.
    var status: ReportStatus {
        if case .tests(let tests) = self, tests.summary.failures > 0 { .failed } else { .succeeded }
    }
}
