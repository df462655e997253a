extension Reader {
    /// Reads `batch.build-matrix`; source: CodeBuild guide, batch/build-matrix.
    mutating func readMatrix(_ pair: Mapping.Pair, _ keyPath: String) -> BatchMatrix? {
        reportNull(pair, keyPath)
        guard let matrix = mapping(pair.value, keyPath) else { return nil }
        checkKeys(of: matrix, KeyTable.matrixShape, in: keyPath)
        var result = BatchMatrix()
        readStatic(matrix["static"], "\(keyPath).static", into: &result)
        let before = diagnostics.count
        readDynamic(matrix["dynamic"], "\(keyPath).dynamic", into: &result)
        if !result.hasValues, diagnostics.count == before {
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
        guard let node, let part = mapping(node, keyPath) else { return }
        checkKeys(of: part, KeyTable.matrixStaticShape, in: keyPath)
        matrix.ignoreFailure = flag(part["ignore-failure"], "\(keyPath).ignore-failure")
        guard let envNode = part["env"],
            let env = mapping(envNode, "\(keyPath).env")
        else { return }
        checkKeys(of: env, KeyTable.matrixStaticEnvShape, in: "\(keyPath).env")
        matrix.privilegedMode = env["privileged-mode"]
            .map { flag($0, "\(keyPath).env.privileged-mode") }
        matrix.type = text(env["type"], "\(keyPath).env.type")
    }

    private mutating func readDynamic(
        _ node: Node?,
        _ keyPath: String,
        into matrix: inout BatchMatrix
    ) {
        guard let node, let part = mapping(node, keyPath) else { return }
        checkKeys(of: part, KeyTable.matrixDynamicShape, in: keyPath)
        matrix.buildspecs = values(part.pair("buildspec"), keyPath)
        guard let envNode = part["env"],
            let env = mapping(envNode, "\(keyPath).env")
        else { return }
        checkKeys(of: env, KeyTable.matrixDynamicEnvShape, in: "\(keyPath).env")
        matrix.computeTypes = values(env.pair("compute-type"), "\(keyPath).env")
        matrix.images = values(env.pair("image"), "\(keyPath).env")
        guard let variables = env["variables"],
            let names = mapping(variables, "\(keyPath).env.variables")
        else { return }
        matrix.variables = names.pairs.map { pair in
            BatchMatrix.Variable(name: pair.name, values: values(pair, "\(keyPath).env.variables"))
        }
    }

    /// Reads one list of values; an empty list is reported, because it leaves no combination to
    /// build.
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

extension BatchMatrix {
    /// Whether the matrix has values to combine.
    fileprivate var hasValues: Bool {
        !buildspecs.isEmpty || !computeTypes.isEmpty || !images.isEmpty || !variables.isEmpty
    }
}
