@testable import BuildspecModel

extension Node {
    /// The tree as a text without styles and positions, to compare trees.
    var treeText: String {
        switch content {
        case .scalar(let scalar): "\(scalar.text.unicodeScalars.count):\(scalar.text)"
        case .sequence(let items): "[\(items.map(\.treeText).joined(separator: ","))]"
        case .mapping(let mapping):
            "{\(mapping.pairs.map { "\($0.name.unicodeScalars.count):\($0.name)=\($0.value.treeText)" }.joined(separator: ","))}"
        }
    }
}

/// Returns the tree of a text, or its error, in the form of `PyYAML.trees(of:)`.
func treeText(of bytes: [UInt8]) -> String {
    let outcome = Composer.compose(
        bytes,
        source: SourceText(bytes),
        limits: YAMLLimits(bytes: .max, depth: .max, aliasNodes: .max)
    )
    if let problem = outcome.problem {
        guard let position = problem.position else { return "error \(problem.message)" }
        return "error \(problem.message) at \(position.line - 1)"
    }
    let fatal: Set<FindingName> = [.secondDocument, .undefinedAlias, .complexKey]
    let names = outcome.diagnostics.compactMap { FindingName(rawValue: $0.name) }
    if names.contains(where: fatal.contains) { return "error of composition" }
    return outcome.root?.treeText ?? "nothing"
}
