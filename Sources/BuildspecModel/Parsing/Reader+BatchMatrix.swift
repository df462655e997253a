extension Reader {
    /// Reads `batch.build-matrix`; source: CodeBuild guide, batch/build-matrix.
    mutating func readMatrix(_ pair: Mapping.Pair, _ keyPath: String) -> BatchMatrix? {
        guard let matrix = section(pair, keyPath, KeyTable.matrixShape) else { return nil }
        var result = BatchMatrix()
        readStatic(matrix["static"], "\(keyPath).static", into: &result)
        let before = diagnostics.count
        readDynamic(matrix["dynamic"], "\(keyPath).dynamic", into: &result)
        let lists = [result.buildspecs, result.computeTypes, result.images]
        if lists.joined().isEmpty, result.variables.isEmpty, diagnostics.count == before {
            report(
                .batchKind,
                "'\(keyPath)' has no values under 'dynamic', so there is nothing to combine",
                at: pair.keyRange
            )
        }
        return result
    }

    private mutating func readStatic(
        _ node: Node?,
        _ keyPath: String,
        into matrix: inout BatchMatrix
    ) {
        guard let part = mapping(node, keyPath, KeyTable.matrixStaticShape) else { return }
        matrix.ignoreFailure = flag(part["ignore-failure"], "\(keyPath).ignore-failure")
        guard let env = mapping(part["env"], "\(keyPath).env", KeyTable.matrixStaticEnvShape)
        else { return }
        matrix.privilegedMode = env["privileged-mode"]
            .map { flag($0, "\(keyPath).env.privileged-mode") }
        matrix.type = text(env["type"], "\(keyPath).env.type")
    }

    private mutating func readDynamic(
        _ node: Node?,
        _ keyPath: String,
        into matrix: inout BatchMatrix
    ) {
        guard let part = mapping(node, keyPath, KeyTable.matrixDynamicShape) else { return }
        matrix.buildspecs = values(part.pair("buildspec"), keyPath)
        guard let env = mapping(part["env"], "\(keyPath).env", KeyTable.matrixDynamicEnvShape)
        else { return }
        matrix.computeTypes = values(env.pair("compute-type"), "\(keyPath).env")
        matrix.images = values(env.pair("image"), "\(keyPath).env")
        guard let variables = env["variables"],
            let names = mapping(variables, "\(keyPath).env.variables")
        else { return }
        matrix.variables = names.pairs.map { pair in
            BatchMatrix.Variable(name: pair.name, values: values(pair, "\(keyPath).env.variables"))
        }
    }

    /// Reads one list of values; an empty list leaves no combination to build.
    private mutating func values(_ pair: Mapping.Pair?, _ parent: String) -> [Located<String>] {
        guard let pair else { return [] }
        let keyPath = "\(parent).\(pair.name.clipped)"
        reportNull(pair, keyPath)
        if pair.value.items?.isEmpty ?? false {
            report(
                .batchKind,
                "'\(keyPath)' is an empty list, so there is no combination to build; add a value, or"
                    + " remove the key",
                at: pair.keyRange,
                severity: unknownSeverity
            )
        }
        return texts(pair.value, keyPath)
    }
}
