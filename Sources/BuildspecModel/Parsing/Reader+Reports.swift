extension Reader {
    /// Reads `reports`; source: CodeBuild guide, build-spec-ref: reports.
    mutating func readReports(_ pair: Mapping.Pair?) -> [ReportGroup] {
        guard let pair else { return [] }
        reportNull(pair, "reports")
        let hint = "; write the report group's name under 'reports:'"
        guard let groups = mapping(pair.value, "reports", hint: hint) else { return [] }
        reportTooMany(groups.pairs.map(\.keyRange), limit: 5, "report groups")
        return groups.pairs.compactMap { readReport($0) }
    }

    private mutating func readReport(_ pair: Mapping.Pair) -> ReportGroup? {
        let keyPath = "reports.\(pair.name.clipped)"
        reportNull(pair, keyPath)
        let isDirectlyUnder = KeyTable.reportShape.row(pair.name) != nil
        let hint = isDirectlyUnder ? "; a report group's name is missing above it" : nil
        guard let group = mapping(pair.value, keyPath, hint: hint) else { return nil }
        checkKeys(of: group, KeyTable.reportShape, in: keyPath)
        let files = files(of: group, keyPath, at: pair.keyRange)
        let base = text(group["base-directory"], "\(keyPath).base-directory")
        checkPaths(files + [base].compactMap(\.self), .output)
        let format = KeyTable.reportShape.row("file-format")
        return ReportGroup(
            name: Located(pair.name, at: pair.keyRange),
            files: files,
            fileFormat: choice(group["file-format"], format, "\(keyPath).file-format"),
            baseDirectory: base,
            discardPaths: flag(group["discard-paths"], "\(keyPath).discard-paths")
        )
    }
}
