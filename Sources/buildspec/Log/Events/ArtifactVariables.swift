internal import BuildspecRunner

/// The variables that tell the next job where the artifacts of a build are.
enum ArtifactVariables {
    /// Makes the variables `BUILDSPEC_ARTIFACT_…`; those of a secondary artifact end with its identifier.
    static func of(_ result: BuildResult) -> [ExportedVariable] {
        guard case .collected(let reports, _) = result.artifacts else { return [] }
        return reports.filter { $0.failure == nil }.flatMap(variables)
    }

    private static func variables(_ report: ArtifactReport) -> [ExportedVariable] {
        var values = [
            ("LOCATION", report.location), ("FILES", "\(report.files)"),
            ("BYTES", "\(report.bytes)"),
        ]
        if let checksums = report.checksums {
            values += [("SHA256", checksums.sha256), ("MD5", checksums.md5)]
        }
        let suffix = report.identifier.map { "_\($0)" } ?? ""
        return values.map { name, value in
            ExportedVariable(name: "BUILDSPEC_ARTIFACT_\(name)\(suffix)", value: value)
        }
    }
}
