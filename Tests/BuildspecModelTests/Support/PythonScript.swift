import Foundation

/// Runs small Python scripts, for comparing with other people's work.
enum PythonScript {
    /// Whether python3 is there and can import modules; nothing is installed for a test.
    static func canImport(_ modules: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import \(modules)"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Runs a script with a file that holds the input as its argument; gives what it prints.
    static func run(_ script: String, input: Data) async throws -> Data {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "buildspec-python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let inputFile = folder.appending(path: "input")
        let outputFile = folder.appending(path: "output")
        try input.write(to: inputFile)
        try Data().write(to: outputFile)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, inputFile.path]
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return try Data(contentsOf: outputFile)
    }
}
