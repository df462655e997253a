extension Reader {
    /// Reads `batch`; source: CodeBuild guide, "Batch build buildspec reference".
    ///
    /// A single build ignores the section, so what is wrong in it is an error only where a batch is
    /// to be started.
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

    /// Reads the section; one that holds nothing of use still says what the file is for.
    private mutating func readSection(_ pair: Mapping.Pair) -> BatchSection {
        reportNull(pair, "batch")
        guard let batch = mapping(pair.value, "batch") else {
            return BatchSection(range: pair.keyRange)
        }
        checkKeys(of: batch, KeyTable.batchShape, in: "batch")
        let kinds = batch.pairs.filter { $0.name.hasPrefix("build-") && isKind($0.name) }
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
                "'\(second.name)' stands beside '\(kinds[0].name)'; a batch has exactly one of them",
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

    private func isKind(_ name: String) -> Bool { KeyTable.batchShape.row(name) != nil }

    private mutating func readKind(_ pair: Mapping.Pair) -> BatchSection.Kind? {
        let place = "batch.\(pair.name)"
        switch pair.name {
        case "build-list": return .list(readBuilds(pair, place, KeyTable.listItemShape))
        case "build-graph":
            let builds = readBuilds(pair, place, KeyTable.graphItemShape)
            checkGraph(builds)
            return .graph(builds)
        case "build-matrix": return readMatrix(pair, place).map(BatchSection.Kind.matrix)
        default: return readFanout(pair, place).map(BatchSection.Kind.fanout)
        }
    }

    private mutating func readBuilds(
        _ pair: Mapping.Pair,
        _ place: String,
        _ shape: KeyShape
    ) -> [BatchBuild] {
        guard let items = pair.value.isNull ? [] : pair.value.items else {
            report(
                .wrongType,
                "'\(place)' must be a list; begin each build with '- identifier:'",
                at: pair.value.range
            )
            return []
        }
        if items.allSatisfy(\.isNull) {
            report(
                .batchKind,
                "'\(place)' lists no builds, so there is nothing to start; add one with"
                    + " '- identifier:'",
                at: pair.keyRange,
                severity: unknownSeverity
            )
        }
        let builds = items.compactMap { readBuild($0, place, shape) }
        checkIdentifiers(builds)
        return builds
    }

    private mutating func readBuild(_ item: Node, _ place: String, _ shape: KeyShape) -> BatchBuild?
    {
        guard let build = mapping(item, "a build of \(place)") else {
            if item.isNull {
                report(.nullSection, "an item of '\(place)' is empty", at: item.range)
            }
            return nil
        }
        checkKeys(of: build, shape, in: place)
        guard let identifier = text(build["identifier"], "identifier") else {
            reportMissing("identifier", in: place, at: item.range)
            return nil
        }
        return BatchBuild(
            identifier: identifier,
            buildspec: text(build["buildspec"], "\(place).buildspec"),
            debugSession: flag(build["debug-session"], "\(place).debug-session"),
            ignoreFailure: flag(build["ignore-failure"], "\(place).ignore-failure"),
            dependsOn: dependencies(build.pair("depend-on"), shape),
            environment: readEnvironment(build.pair("env"), "\(place).env")
        )
    }

    private mutating func readEnvironment(
        _ pair: Mapping.Pair?,
        _ place: String
    ) -> BatchEnvironment {
        guard let pair, let env = mapping(pair.value, place) else { return BatchEnvironment() }
        checkKeys(of: env, KeyTable.itemEnvShape, in: place)
        if let compute = env.pair("compute-type"), env["fleet"] != nil {
            report(
                .badValue,
                "'compute-type' and 'fleet' exclude each other; keep one",
                at: compute.keyRange
            )
        }
        return BatchEnvironment(
            computeType: text(env["compute-type"], "\(place).compute-type"),
            fleet: text(env["fleet"], "\(place).fleet"),
            image: text(env["image"], "\(place).image"),
            privilegedMode: env["privileged-mode"].map { flag($0, "\(place).privileged-mode") },
            type: text(env["type"], "\(place).type"),
            variables: variables(env.pair("variables"), "\(place).variables", arePlain: true)
        )
    }

    private mutating func dependencies(
        _ pair: Mapping.Pair?,
        _ shape: KeyShape
    ) -> [Located<String>] {
        guard let pair, shape.row("depend-on") != nil else { return [] }
        if pair.value.isNull {
            report(
                .wrongType,
                "'depend-on' has nothing under it; remove it, or list identifiers",
                at: pair.keyRange
            )
        }
        return texts(pair.value, "depend-on")
    }

    private mutating func readFanout(_ pair: Mapping.Pair, _ place: String) -> BatchFanout? {
        reportNull(pair, place)
        guard let fanout = mapping(pair.value, place) else { return nil }
        checkKeys(of: fanout, KeyTable.fanoutShape, in: place)
        guard let value = text(fanout["parallelism"], "\(place).parallelism") else {
            reportMissing("parallelism", in: place, at: pair.keyRange)
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
            ignoreFailure: flag(fanout["ignore-failure"], "\(place).ignore-failure")
        )
    }
}
