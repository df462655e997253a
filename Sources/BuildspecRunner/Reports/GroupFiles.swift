internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecReports

/// The files of one report group.
struct GroupFiles: Sendable {
    private var files: [ArtifactSelection.File] = []
    private var discardsPaths = false
    private var isDiscovered = false
    /// Why the group has no files.
    private(set) var failure: ArtifactSelection.Failure?
    /// Warnings for the user, one line each.
    private(set) var warnings: [String] = []

    /// Creates a group without files.
    init() {}

    /// Takes files below `root` that were discovered.
    init(discovered paths: [PathBytes], root: PathBytes) {
        isDiscovered = true
        files = paths.map { path in
            let target =
                path.isWithin(root) ? Array(path.tail(below: root)) : Array(path.split.name)
            return ArtifactSelection.File(source: path, target: PathBytes(target), isLink: false)
        }
    }

    /// Finds the files that a group of the buildspec declares.
    init(
        of group: ReportGroup,
        _ set: ArtifactSet,
        _ name: String,
        _ paths: DeclaredPaths,
        in collector: ReportCollector
    ) {
        discardsPaths = group.discardPaths
        do {
            let selection = try collector.selection(set, paths)
            files = selection.files
            warnings = selection.warnings
        } catch var failure as ArtifactSelection.Failure {
            warnings = failure.warnings
            if failure.isMissing {
                warnings.append("report '\(name)': \(failure.message)")
                failure.message = "report files not found in build"
            }
            self.failure = failure
        } catch {
            failure = ArtifactSelection.Failure(message: "\(error)", range: group.name.range)
        }
    }

    /// The paths of the files on the disk.
    var paths: [PathBytes] { files.map(\.source) }

    /// Reads and joins the files; `nil` if there are none.
    ///
    /// A discovered file that cannot be read is left out, because nobody said that it is a report.
    ///
    /// - Throws: `ReportError` for another file that cannot be read, or `CancellationError`.
    func read(_ format: ReportFormat) throws -> (report: Report?, warnings: [String]) {
        let options = ReadOptions(keepsLines: files.count > 1)
        var merge = ReportMerge(options: options)
        var warnings: [String] = []
        for file in files {
            try Task.checkCancellation()
            let path = file.source.text
            do throws(ReportError) {
                let read = try ReportReader.read(path: path, format: format, options: options)
                warnings += read.warnings.map { "\(path): \($0)" }
                _ = merge.add(read.report)
            } catch {
                guard isDiscovered else { throw error }
                warnings.append("a discovered report is left out: \(error)")
            }
        }
        return (merge.report, warnings)
    }

    /// Returns a warning about files that the build did not write; `nil` if it wrote all.
    ///
    /// CodeBuild builds a new checkout, in which no file of an earlier build can be.
    func staleWarning(before startTime: Int64) -> String? {
        let old = paths.filter { path in
            let status = try? FileStatus.following(path)
            return !ReportDiscoverer.isWritten(status?.modified, since: startTime)
        }
        guard let first = old.first else { return nil }
        let others = old.count > 1 ? " and \(old.count - 1) more" : ""
        return "'\(first.text)'\(others) is in a report, but this build did not write it"
    }

    /// The files with their paths in an export.
    ///
    /// - Throws: `ArtifactSelection.Failure` if two files have one name without their directories.
    func exported() throws(ArtifactSelection.Failure) -> [ArtifactSelection.File] {
        guard discardsPaths else { return files }
        var sources: [PathBytes: PathBytes] = [:]
        var exported: [ArtifactSelection.File] = []
        for var file in files {
            file.target = PathBytes(Array(file.target.split.name))
            if let other = sources.updateValue(file.source, forKey: file.target) {
                throw ArtifactSelection.Failure(
                    message:
                        "'\(other.text)' and '\(file.source.text)' are both '\(file.target.text)' "
                        + "without their directories; omit 'discard-paths'"
                )
            }
            exported.append(file)
        }
        return exported
    }
}
