extension Reader {
    /// Reads `batch.build-matrix`; source: CodeBuild guide, batch/build-matrix.
    mutating func readMatrix(_ node: Node, _ place: String) -> BatchMatrix? {
        guard let matrix = mapping(node, place) else { return nil }
        checkKeys(of: matrix, KeyTable.matrixShape, in: place)
        var result = BatchMatrix()
        readStatic(matrix["static"], "\(place).static", into: &result)
        readDynamic(matrix["dynamic"], "\(place).dynamic", into: &result)
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
        matrix.buildspecs = texts(part["buildspec"], "\(place).buildspec")
        guard let envNode = part["env"], let env = mapping(envNode, "\(place).env") else { return }
        checkKeys(of: env, KeyTable.matrixDynamicEnvShape, in: "\(place).env")
        matrix.computeTypes = texts(env["compute-type"], "\(place).env.compute-type")
        matrix.images = texts(env["image"], "\(place).env.image")
        guard let variables = env["variables"],
            let names = mapping(variables, "\(place).env.variables")
        else { return }
        matrix.variables = names.pairs.map { pair in
            BatchMatrix.Variable(
                name: pair.name,
                values: texts(pair.value, "\(place).env.variables.\(pair.name.clipped)")
            )
        }
    }
}
