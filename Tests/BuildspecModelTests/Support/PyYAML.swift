import Foundation

/// PyYAML's CBaseLoader, which is libyaml with every scalar left a text: the reference for our tree.
enum PyYAML {
    /// Whether python3 with PyYAML and libyaml is on this machine; nothing is installed for a test.
    static let isInstalled: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "from yaml import CBaseLoader"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Loads texts and gives the tree of each, in the form of `treeText(of:)`.
    static func trees(of texts: [[UInt8]]) async throws -> [String] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "buildspec-pyyaml-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (index, text) in texts.enumerated() {
            try Data(text).write(to: folder.appending(path: "\(index).yml"))
        }
        let output = folder.appending(path: "trees")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, folder.path, String(texts.count)]
        process.standardOutput = try FileHandle(forWritingTo: output)
        try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return try JSONDecoder().decode([String].self, from: Data(contentsOf: output))
    }

    private static let script = """
        import json, sys, yaml
        sys.setrecursionlimit(100000)

        def tree(node):
            if isinstance(node, dict):
                return "{" + ",".join(tree(k) + "=" + tree(v) for k, v in node.items()) + "}"
            if isinstance(node, list):
                return "[" + ",".join(tree(item) for item in node) + "]"
            return f"{len(node)}:{node}"

        def load(path):
            try:
                data = yaml.load(open(path, "rb").read(), Loader=yaml.CBaseLoader)
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

        print(json.dumps([load(f"{sys.argv[1]}/{i}.yml") for i in range(int(sys.argv[2]))]))
        """
}
