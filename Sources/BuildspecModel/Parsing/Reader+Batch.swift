extension Reader {
    /// Reads `batch`; source: CodeBuild guide, "Batch build buildspec reference".
    ///
    /// A single build ignores the section, so its problems are then only warnings.
    mutating func readBatch(_ pair: Mapping.Pair?) -> BatchSection? {
        guard let pair else { return nil }
        let before = diagnostics.count
        let section = readSection(pair)
        guard !options.startsBatch else { return section }
        for index in before..<diagnostics.count where diagnostics[index].severity == .error {
            diagnostics[index].severity = .warning
        }
        return section
    }

    /// Reads the section; even an invalid one gives a value, because it marks the file as a batch.
    private mutating func readSection(_ pair: Mapping.Pair) -> BatchSection {
        let shape = KeyTable.batchShape
        guard let batch = section(pair, "batch", shape)
        else { return BatchSection(range: pair.keyRange) }
        let kinds = batch.pairs.filter { $0.name.hasPrefix("build-") && shape.row($0.name) != nil }
        if kinds.isEmpty {
            report(
                .batchKind,
                "'batch' names no builds; it needs 'build-list', 'build-graph', 'build-matrix' or"
                    + " 'build-fanout'",
                at: pair.keyRange
            )
        }
        if let second = kinds.dropFirst().first {
            report(
                .batchKind,
                "'\(second.name)' and '\(kinds[0].name)' exclude each other; a batch has exactly one of"
                    + " them",
                at: second.keyRange,
                severity: .error
            )
        }
        return BatchSection(
            fastFail: flag(batch["fast-fail"], "batch.fast-fail"),
            kind: kinds.first.flatMap { readKind($0) },
            range: pair.keyRange
        )
    }

    private mutating func readKind(_ pair: Mapping.Pair) -> BatchSection.Kind? {
        let keyPath = "batch.\(pair.name)"
        switch pair.name {
        case "build-list": return .list(readBuilds(pair, keyPath, KeyTable.listItemShape))
        case "build-graph":
            let builds = readBuilds(pair, keyPath, KeyTable.graphItemShape)
            checkGraph(builds)
            return .graph(builds)
        case "build-matrix": return readMatrix(pair, keyPath).map(BatchSection.Kind.matrix)
        default: return readFanout(pair, keyPath).map(BatchSection.Kind.fanout)
        }
    }

    private mutating func readBuilds(
        _ pair: Mapping.Pair,
        _ keyPath: String,
        _ shape: KeyShape
    ) -> [BatchBuild] {
        guard let items = pair.value.isNull ? [] : pair.value.items else {
            let message = "'\(keyPath)' must be a list; begin each build with '- identifier:'"
            report(.wrongType, message, at: pair.value.range)
            return []
        }
        if items.allSatisfy(\.isNull) {
            report(
                .batchKind,
                "'\(keyPath)' lists no builds, so there is nothing to start; add one with"
                    + " '- identifier:'",
                at: pair.keyRange,
                severity: unknownSeverity
            )
        }
        let builds = items.compactMap { readBuild($0, keyPath, shape) }
        checkIdentifiers(builds)
        return builds
    }

    private mutating func readBuild(
        _ item: Node,
        _ keyPath: String,
        _ shape: KeyShape
    ) -> BatchBuild? {
        guard let build = mapping(item, "a build of \(keyPath)") else {
            guard item.isNull else { return nil }
            report(.nullSection, "an item of '\(keyPath)' is empty", at: item.range)
            return nil
        }
        checkKeys(of: build, shape, in: keyPath)
        guard let identifier = text(build["identifier"], "identifier") else {
            reportMissing("identifier", in: keyPath, at: item.range)
            return nil
        }
        return BatchBuild(
            identifier: identifier,
            buildspec: text(build["buildspec"], "\(keyPath).buildspec"),
            debugSession: flag(build["debug-session"], "\(keyPath).debug-session"),
            ignoreFailure: flag(build["ignore-failure"], "\(keyPath).ignore-failure"),
            dependsOn: dependencies(build.pair("depend-on"), shape),
            environment: readEnvironment(build.pair("env"), "\(keyPath).env")
        )
    }

    private mutating func readEnvironment(
        _ pair: Mapping.Pair?,
        _ keyPath: String
    ) -> BatchEnvironment {
        guard let env = mapping(pair?.value, keyPath, KeyTable.itemEnvShape)
        else { return BatchEnvironment() }
        if let compute = env.pair("compute-type"), env["fleet"] != nil {
            let message = "'compute-type' and 'fleet' exclude each other; keep one"
            report(.badValue, message, at: compute.keyRange)
        }
        return BatchEnvironment(
            computeType: text(env["compute-type"], "\(keyPath).compute-type"),
            fleet: text(env["fleet"], "\(keyPath).fleet"),
            image: text(env["image"], "\(keyPath).image"),
            privilegedMode: env["privileged-mode"].map { flag($0, "\(keyPath).privileged-mode") },
            type: text(env["type"], "\(keyPath).type"),
            variables: variables(env.pair("variables"), "\(keyPath).variables", arePlain: true)
        )
    }

    private mutating func dependencies(
        _ pair: Mapping.Pair?,
        _ shape: KeyShape
    ) -> [Located<String>] {
        guard let pair, shape.row("depend-on") != nil else { return [] }
        if pair.value.isNull {
            let message = "'depend-on' has nothing under it; remove it, or list identifiers"
            report(.wrongType, message, at: pair.keyRange)
        }
        return texts(pair.value, "depend-on")
    }

    private mutating func readFanout(_ pair: Mapping.Pair, _ keyPath: String) -> BatchFanout? {
        guard let fanout = section(pair, keyPath, KeyTable.fanoutShape) else { return nil }
        guard let value = text(fanout["parallelism"], "\(keyPath).parallelism") else {
            reportMissing("parallelism", in: keyPath, at: pair.keyRange)
            return nil
        }
        let number = Int(value.value)
        if !(number.map { (1...100).contains($0) } ?? false) {
            report(
                .badValue,
                "'parallelism' must be a whole number from 1 to 100, not '\(value.value.clipped)'",
                at: value.range
            )
        }
        return BatchFanout(
            parallelism: number ?? 1,
            ignoreFailure: flag(fanout["ignore-failure"], "\(keyPath).ignore-failure")
        )
    }
}
