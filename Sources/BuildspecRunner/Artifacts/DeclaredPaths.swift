internal import BuildspecModel

/// The paths of a buildspec as paths of this machine, with the values of variables at the end of the build.
struct DeclaredPaths: Sendable {
    /// The values of the variables.
    let values: [String: String]
    private let execution: any ExecutionEnvironment

    /// Reads the values of the variables in `texts`, and of other `variables`.
    init(_ texts: [String], variables: [String] = [], in session: ShellSession) async {
        execution = session.execution
        let names = variables + texts.flatMap { VariableText.expand($0) { _ in nil }.unset }
        guard !names.isEmpty else {
            values = [:]
            return
        }
        let found = try? await session.evaluate(names.map { "${\($0)-}" })
        values = Dictionary(zip(names, found ?? []), uniquingKeysWith: { first, _ in first })
    }

    /// Reads the values of the variables in the paths of a set.
    init(of set: ArtifactSet, variables: [String] = [], in session: ShellSession) async {
        let paths = [set.baseDirectory].compactMap(\.self) + set.files + set.excludePaths
        await self.init(paths.map(\.value), variables: variables, in: session)
    }

    /// Replaces variables by their values.
    func text(_ text: String) -> String {
        VariableText.expand(text) { values[$0] }.text
    }

    /// Makes this machine's path of a path.
    ///
    /// - Throws: `ArtifactSelection.EmptyVariable` if a variable without a value makes it another path.
    func path(_ text: String) throws -> String {
        if let name = VariableText.emptiedName(in: text, { values[$0] }) {
            throw ArtifactSelection.EmptyVariable(path: text, name: name)
        }
        return try execution.pathOutside(self.text(text))
    }
}
