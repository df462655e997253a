import Foundation
import TestSupport

/// PyYAML's CBaseLoader: libyaml with every scalar as a text.
enum PyYAML {
    /// Whether python3 with PyYAML and libyaml is on this machine.
    static func isInstalled() async -> Bool { await Python.canImport("yaml._yaml") }

    /// Loads texts.
    ///
    /// - Returns: The tree of each text, in the form of `treeText(of:)`.
    static func trees(of texts: [[UInt8]]) async throws -> [String] {
        let input = try JSONEncoder().encode(texts.map { Data($0).base64EncodedString() })
        let output = try await Python.run(script, input: String(decoding: input, as: UTF8.self))
        return try JSONDecoder().decode([String].self, from: Data(output.utf8))
    }

    private static let script = """
        import base64, json, sys, yaml
        sys.setrecursionlimit(100000)

        def tree(node):
            if isinstance(node, dict):
                return "{" + ",".join(tree(k) + "=" + tree(v) for k, v in node.items()) + "}"
            if isinstance(node, list):
                return "[" + ",".join(tree(item) for item in node) + "]"
            return f"{len(node)}:{node}"

        def load(text):
            try:
                data = yaml.load(base64.b64decode(text), Loader=yaml.CBaseLoader)
                return "nothing" if data is None else tree(data)
            except yaml.reader.ReaderError as error:
                return "error " + error.reason
            except yaml.composer.ComposerError as error:
                # PyYAML refuses an anchor that is there twice; YAML and libyaml's events do not.
                twice = "duplicate anchor" in str(error)
                return "duplicate anchor" if twice else "error of composition"
            except yaml.constructor.ConstructorError:
                return "error of composition"
            except yaml.MarkedYAMLError as error:
                return f"error {error.problem} at {error.problem_mark.line}"

        print(json.dumps([load(text) for text in json.load(sys.stdin)]))
        """
}
