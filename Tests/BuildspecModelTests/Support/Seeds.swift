import Foundation
import TestSupport

/// Texts that together use every part of the language and of YAML.
///
/// The same files are the seeds of the fuzzer.
enum Seeds {
    static let all: [String] = {
        let folder = URL(filePath: PackageFiles.path("Tests/Fuzz/Seeds"))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap {
            try? String(contentsOf: folder.appending(path: $0), encoding: .utf8)
        }
    }()
}
