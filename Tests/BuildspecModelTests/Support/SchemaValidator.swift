import Foundation
import TestSupport

@testable import BuildspecModel

/// Python's jsonschema, which checks documents against the JSON Schema.
enum SchemaValidator {
    /// Whether it is on this machine; nothing is installed for a test.
    static func isInstalled() async -> Bool { await Python.canImport("jsonschema, yaml") }

    /// Checks documents by draft-07 and by 2020-12.
    ///
    /// - Returns: The errors of each document, or an empty text.
    static func verdicts(on documents: [String]) async throws -> [String] {
        let input = ["schema": [KeyTable.jsonSchema()], "documents": documents]
        let text = String(decoding: try JSONEncoder().encode(input), as: UTF8.self)
        let output = try await Python.run(script, input: text)
        return try JSONDecoder().decode([String].self, from: Data(output.utf8))
    }

    private static let script = """
        import json, sys, warnings
        warnings.simplefilter("ignore")
        import jsonschema, yaml
        data = json.load(sys.stdin)
        schema = json.loads(data["schema"][0])
        drafts = [jsonschema.Draft7Validator, jsonschema.Draft202012Validator]
        for draft in drafts:
            draft.check_schema({k: v for k, v in schema.items() if k != "$schema"})

        validators = [draft(schema) for draft in drafts]

        def verdict(text):
            value = yaml.safe_load(text)
            found = [e.message for v in validators for e in v.iter_errors(value)]
            return "; ".join(found)

        print(json.dumps([verdict(text) for text in data["documents"]]))
        """
}
