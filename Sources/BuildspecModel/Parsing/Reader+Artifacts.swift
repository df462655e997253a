extension Reader {
    /// Reads `artifacts`; source: CodeBuild guide, build-spec-ref: artifacts.
    mutating func readArtifacts(_ pair: Mapping.Pair?) -> ArtifactsSection? {
        guard let pair else { return nil }
        reportNull(pair, "artifacts")
        guard let artifacts = mapping(pair.value, "artifacts") else { return nil }
        checkKeys(of: artifacts, KeyTable.artifactsShape, in: "artifacts")
        let primary = readArtifactSet(
            artifacts,
            "artifacts",
            at: pair.keyRange,
            missing: "CLIENT_ERROR Message: no definition for primary artifacts in buildspec"
        )
        guard let secondary = artifacts.pair("secondary-artifacts") else {
            return ArtifactsSection(primary: primary)
        }
        return ArtifactsSection(primary: primary, secondary: readSecondary(secondary))
    }

    private mutating func readSecondary(_ pair: Mapping.Pair) -> [ArtifactsSection.Secondary] {
        let keyPath = "artifacts.secondary-artifacts"
        reportNull(pair, keyPath)
        guard let sets = mapping(pair.value, keyPath) else { return [] }
        reportTooMany(sets.pairs.map(\.keyRange), limit: 12, "secondary artifacts")
        return sets.pairs.compactMap { entry in
            checkArtifactIdentifier(entry)
            let keyPath = "\(keyPath).\(entry.name.clipped)"
            reportNull(entry, keyPath)
            guard let set = mapping(entry.value, keyPath) else { return nil }
            checkKeys(of: set, KeyTable.artifactSetShape, in: keyPath)
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
        checkPaths(files + [base].compactMap(\.self), .output)
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
        report(
            .tooMany,
            "there are \(ranges.count) \(what); CodeBuild allows at most \(limit)",
            at: ranges[limit]
        )
    }
}

extension String {
    /// Whether the text is a valid identifier of an artifact or of a batch build.
    var isIdentifier: Bool {
        !isEmpty && utf8.count < 128
            && utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0) || $0 == 0x5F
            }
    }
}
