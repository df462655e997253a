extension Reader {
    /// Reads `batch.build-matrix`; source: CodeBuild guide, batch/build-matrix.
    mutating func readMatrix(_ pair: Mapping.Pair, _ place: String) -> BatchMatrix? {
        reportNull(pair, place)
        guard let matrix = mapping(pair.value, place) else { return nil }
        checkKeys(of: matrix, KeyTable.matrixShape, in: place)
        var result = BatchMatrix()
        readStatic(matrix["static"], "\(place).static", into: &result)
        let before = diagnostics.count
        readDynamic(matrix["dynamic"], "\(place).dynamic", into: &result)
        if !result.hasValues, diagnostics.count == before {
            report(
                .batchKind,
                "'\(place)' has no values under 'dynamic', so there is nothing to combine",
                at: pair.keyRange
            )
        }
        return result
    }

    private mutating func readStatic(_ node: Node?, _ place: String, into matrix: inout BatchMatrix)
    {
        guard let node, let part = mapping(node, place) else { return }
        checkKeys(of: part, KeyTable.matrixStaticShape, in: place)
        matrix.ignoreFailure = flag(part["ignore-failure"], "\(place).ignore-failure")
        guard let envNode = part["env"], let env = mapping(envNode, "\(place).env") else { return }
        checkKeys(of: env, KeyTable.matrixStaticEnvShape, in: "\(place).env")
        matrix.privilegedMode = env["privileged-mode"]
            .map { flag($0, "\(place).env.privileged-mode") }
        matrix.type = text(env["type"], "\(place).env.type")
    }

    private mutating func readDynamic(
        _ node: Node?,
        _ place: String,
        into matrix: inout BatchMatrix
    ) {
        guard let node, let part = mapping(node, place) else { return }
        checkKeys(of: part, KeyTable.matrixDynamicShape, in: place)
        matrix.buildspecs = values(part.pair("buildspec"), place)
        guard let envNode = part["env"], let env = mapping(envNode, "\(place).env") else { return }
        checkKeys(of: env, KeyTable.matrixDynamicEnvShape, in: "\(place).env")
        matrix.computeTypes = values(env.pair("compute-type"), "\(place).env")
        matrix.images = values(env.pair("image"), "\(place).env")
        guard let variables = env["variables"],
            let names = mapping(variables, "\(place).env.variables")
        else { return }
        matrix.variables = names.pairs.map { pair in
            BatchMatrix.Variable(name: pair.name, values: values(pair, "\(place).env.variables"))
        }
    }

    /// One list of values; an empty one leaves no combination, since each takes a value of every list.
    private mutating func values(_ pair: Mapping.Pair?, _ above: String) -> [Located<String>] {
        guard let pair else { return [] }
        let place = "\(above).\(pair.name.clipped)"
        reportNull(pair, place)
        if pair.value.items?.isEmpty ?? false {
            report(
                .batchKind,
                "'\(place)' is an empty list, so there is no combination to build; add a value, or"
                    + " remove the key",
                at: pair.keyRange,
                severity: unknownSeverity
            )
        }
        return texts(pair.value, place)
    }
}

extension BatchMatrix {
    /// Whether there is anything to combine.
    fileprivate var hasValues: Bool {
        !buildspecs.isEmpty || !computeTypes.isEmpty || !images.isEmpty || !variables.isEmpty
    }
}
