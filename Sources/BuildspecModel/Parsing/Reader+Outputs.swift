extension Reader {
    /// Reads `artifacts`; source: CodeBuild guide, build-spec-ref: artifacts.
    mutating func readArtifacts(_ pair: Mapping.Pair?) -> ArtifactsSection? {
        guard let pair, let artifacts = section(pair, "artifacts", KeyTable.artifactsShape)
        else { return nil }
        let primary = readArtifactSet(
            artifacts,
            "artifacts",
            at: pair.keyRange,
            missing: "CLIENT_ERROR Message: no definition for primary artifacts in buildspec"
        )
        let secondary = artifacts.pair("secondary-artifacts")
        return ArtifactsSection(primary: primary, secondary: readSecondary(secondary))
    }

    private mutating func readSecondary(_ pair: Mapping.Pair?) -> [ArtifactsSection.Secondary] {
        guard let pair else { return [] }
        let keyPath = "artifacts.secondary-artifacts"
        reportNull(pair, keyPath)
        guard let sets = mapping(pair.value, keyPath) else { return [] }
        reportTooMany(sets.pairs.map(\.keyRange), limit: 12, "secondary artifacts")
        return sets.pairs.compactMap { entry in
            checkArtifactIdentifier(entry)
            let keyPath = "\(keyPath).\(entry.name.clipped)"
            guard let set = section(entry, keyPath, KeyTable.artifactSetShape) else { return nil }
            return ArtifactsSection.Secondary(
                identifier: entry.name,
                set: readArtifactSet(set, keyPath, at: entry.keyRange)
            )
        }
    }

    private mutating func checkArtifactIdentifier(_ entry: Mapping.Pair) {
        guard !entry.name.isIdentifier else { return }
        report(
            .unusualValue,
            "'\(entry.name.clipped)' is not an artifact identifier; use letters, digits and '_'",
            at: entry.keyRange,
            codeBuild: "cannot match it with an artifact of the project"
        )
    }

    private mutating func readArtifactSet(
        _ set: Mapping,
        _ keyPath: String,
        at range: SourceRange,
        missing: String? = nil
    ) -> ArtifactSet {
        if let type = set.pair("type") {
            report(
                .deprecatedKey,
                "'type' in '\(keyPath)' is deprecated and ignored; the project decides the packaging",
                at: type.keyRange
            )
        }
        let files = files(of: set, keyPath, at: range, missing: missing)
        let excluded = texts(set["exclude-paths"], "\(keyPath).exclude-paths", acceptsOne: true)
        for pattern in files + excluded { checkDotSlash(pattern) }
        let base = text(set["base-directory"], "\(keyPath).base-directory")
        checkPaths(files, .output)
        checkPaths([base].compactMap(\.self), .base)
        checkPaths(excluded, .exclusion)
        return ArtifactSet(
            files: files,
            name: text(set["name"], "\(keyPath).name"),
            discardPaths: flag(set["discard-paths"], "\(keyPath).discard-paths"),
            baseDirectory: base,
            excludePaths: excluded,
            enableSymlinks: flag(set["enable-symlinks"], "\(keyPath).enable-symlinks"),
            s3Prefix: text(set["s3-prefix"], "\(keyPath).s3-prefix")
        )
    }

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
        let shape = KeyTable.reportShape
        let isDirectlyUnder = shape.row(pair.name) != nil
        let hint = isDirectlyUnder ? "; a report group's name is missing above it" : nil
        guard let group = section(pair, keyPath, shape, hint: hint) else { return nil }
        let files = files(of: group, keyPath, at: pair.keyRange)
        let base = text(group["base-directory"], "\(keyPath).base-directory")
        checkPaths(files, .report)
        checkPaths([base].compactMap(\.self), .base)
        let format = shape.row("file-format")
        return ReportGroup(
            name: Located(pair.name, at: pair.keyRange),
            files: files,
            fileFormat: choice(group["file-format"], format, "\(keyPath).file-format"),
            baseDirectory: base,
            discardPaths: flag(group["discard-paths"], "\(keyPath).discard-paths")
        )
    }

    /// Reads `files`, which is required and must not be empty.
    mutating func files(
        of set: Mapping,
        _ keyPath: String,
        at range: SourceRange,
        missing: String? = nil
    ) -> [Located<String>] {
        if set["files"].map({ $0.isNull || $0.items?.isEmpty ?? false }) ?? true {
            reportMissing(
                "files",
                in: keyPath,
                at: set.pair("files")?.keyRange ?? range,
                codeBuild: missing
            )
        }
        return texts(set["files"], "\(keyPath).files", acceptsOne: true)
    }

    /// Warns about a leading `./`; source: CodeBuild guide, build-spec-ref: artifacts/files.
    private mutating func checkDotSlash(_ pattern: Located<String>) {
        guard pattern.value.hasPrefix("./") else { return }
        report(
            .dotSlash,
            "patterns are relative to the base directory; leave the './' out",
            at: pattern.range,
            codeBuild: "may find nothing"
        )
    }

    /// Warns at the first entry above a documented maximum.
    mutating func reportTooMany(_ ranges: [SourceRange], limit: Int, _ what: String) {
        guard ranges.count > limit else { return }
        let message = "there are \(ranges.count) \(what); CodeBuild allows at most \(limit)"
        report(.tooMany, message, at: ranges[limit])
    }
}

extension String {
    /// Whether the text is a valid identifier of an artifact or of a batch build.
    var isIdentifier: Bool {
        !isEmpty && utf8.count < 128 && unicodeScalars.allSatisfy(\.isNamePart)
    }
}
