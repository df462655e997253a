extension Reader {
    mutating func readDocument(_ root: Node) -> Buildspec? {
        guard let top = root.mapping else {
            let message = "a buildspec is a mapping with 'version' and 'phases', not \(root.kind)"
            report(.wrongType, message, at: root.range)
            return nil
        }
        self.root = top
        version = readVersion(top, root) ?? .v02
        let hasStrayPhases = checkTop(top)
        var buildspec = Buildspec(version: version)
        buildspec.runAs = text(top["run-as"], "run-as")
        buildspec.env = readEnv(top)
        buildspec.proxy = readProxy(top.pair("proxy"))
        buildspec.phases = readPhases(top, root, hasStrayPhases: hasStrayPhases)
        buildspec.reports = readReports(top.pair("reports"))
        buildspec.artifacts = readArtifacts(top.pair("artifacts"))
        buildspec.cache = readCache(top.pair("cache"))
        buildspec.batch = readBatch(top.pair("batch"))
        return buildspec
    }

    /// Reads `version` as text; source: CodeBuild guide, build-spec-ref: version.
    private mutating func readVersion(_ top: Mapping, _ root: Node) -> Buildspec.Version? {
        guard let pair = top.pair("version") else {
            guard !top.pairs.contains(where: { $0.name.lowercased() == "version" })
            else { return nil }
            let start = SourceRange(at: root.range.start)
            report(.missingKey, "'version' is missing; begin with 'version: 0.2'", at: start)
            return nil
        }
        guard let value = text(pair.value, "version") else {
            if pair.value.isNull {
                report(.version, "'version' has no value; write 'version: 0.2'", at: pair.keyRange)
            }
            return nil
        }
        if let version = Buildspec.Version(rawValue: value.value) { return version }
        report(
            .version,
            "there is no buildspec version '\(value.value.clipped)'; write 0.2, or 0.1 for the old behaviour",
            at: value.range
        )
        return nil
    }

    /// Checks the top-level keys; returns whether phases are there instead of under `phases`.
    private mutating func checkTop(_ top: Mapping) -> Bool {
        let stray = top.pairs.filter { PhaseName(rawValue: $0.name) != nil }
        let isPhasesEmpty = top["phases"]?.isNull ?? true
        for pair in top.pairs where KeyTable.root.row(pair.name) == nil {
            if PhaseName(rawValue: pair.name) != nil, isPhasesEmpty { continue }
            reportUnknown(pair, KeyTable.root, in: "")
        }
        guard isPhasesEmpty, let first = stray.first else { return false }
        let state = top["phases"] == nil ? "there is no 'phases'" : "'phases' is empty"
        report(
            .phasesAtTop,
            "\(state) and \(stray.map(\.name).listed) \(stray.count == 1 ? "is" : "are") at the top"
                + " level; indent under 'phases:'",
            at: first.keyRange,
            codeBuild: "finds no phases, runs nothing and may report success"
        )
        return true
    }

    /// Reads `proxy`; source: CodeBuild guide, build-spec-ref: proxy.
    private mutating func readProxy(_ pair: Mapping.Pair?) -> ProxySection? {
        guard let pair, let proxy = section(pair, "proxy", KeyTable.proxyShape) else { return nil }
        return ProxySection(
            uploadArtifacts: flag(proxy["upload-artifacts"], "proxy.upload-artifacts"),
            logs: flag(proxy["logs"], "proxy.logs")
        )
    }
}
