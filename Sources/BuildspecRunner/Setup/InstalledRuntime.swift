internal import BuildspecFiles
internal import BuildspecModel
internal import Subprocess
internal import SystemPackage

/// The comparison of the installed runtimes with those of `runtime-versions`.
///
/// It has only programs that print their version without side effects: they read no project, keep no
/// state, and run in an empty directory.
///
/// Source: CodeBuild user guide, "Available runtimes", for the names.
enum InstalledRuntime {
    private static let programs: [String: (program: String, arguments: [String])] = [
        "golang": ("go", ["version"]),
        "java": ("java", ["-version"]),
        "nodejs": ("node", ["--version"]),
        "php": ("php", ["--version"]),
        "python": ("python3", ["--version"]),
        "ruby": ("ruby", ["--version"]),
        "rust": ("rustc", ["--version"]),
    ]

    /// Returns a warning for each runtime that is missing or has another version than the wanted one; none
    /// for a runtime whose version is unknown.
    static func differences(
        _ wanted: [RuntimeVersion],
        _ variables: [String: String],
        in execution: any ExecutionEnvironment,
        startingIn directory: FilePath
    ) async -> [String] {
        let kept = ["PATH", "HOME"].compactMap { name in variables[name].map { "\(name)=\($0)" } }
        var lines: [String] = []
        for runtime in wanted {
            let expansion = VariableText.expand(runtime.version.value) { variables[$0] }
            guard expansion.unset.isEmpty, let known = programs[runtime.name] else { continue }
            let candidates = SearchPath.candidates(for: known.program, in: variables["PATH"])
            guard let program = await execution.firstProgram(of: candidates) else {
                lines.append(
                    "runtime-versions: '\(runtime.name)' is wanted in version \(expansion.text), but "
                        + "there is no '\(known.program)' on the PATH; install it"
                )
                continue
            }
            let process = execution.processSpec(
                "/usr/bin/env",
                kept + [program.string] + known.arguments,
                in: directory,
                as: nil
            )
            guard let text = await output(of: process), let version = version(in: text),
                !matches(version, wanted: expansion.text)
            else { continue }
            lines.append(
                "runtime-versions: '\(runtime.name)' is wanted in version \(expansion.text), but "
                    + "'\(program)' is version \(version); install the wanted one or put it first on "
                    + "the PATH"
            )
        }
        return lines
    }

    /// Checks whether the numbers of `wanted`, such as `3.12`, `18.x` or `corretto17`, are the first ones
    /// of `version`, such as `3.12.7`, or `1.8.0_392` of an old Java.
    ///
    /// A text without a number, such as `latest`, matches every version.
    static func matches(_ version: String, wanted: String) -> Bool {
        let digits = wanted.drop { !$0.isNumber }
        let parts = digits.split(separator: ".").prefix { $0.allSatisfy(\.isNumber) }
        var found = version.split { $0 == "." || $0 == "_" }
        if found.first == "1", parts.first == "8", parts.count == 1 { found.removeFirst() }
        return found.starts(with: parts)
    }

    /// Finds the first version number of a text: numbers with dots in between, and `_392` of an old Java.
    ///
    /// It needs one pass for a text of any length, because any program of that name may have written it.
    static func version(in text: String) -> String? {
        let bytes = Array(text.utf8)
        /// Returns the end of the number that begins at `start`; `nil` if none begins there.
        func end(ofNumberAt start: Int) -> Int? {
            let digits = bytes[min(start, bytes.count)...].prefix { (0x30...0x39).contains($0) }
            return digits.isEmpty ? nil : digits.endIndex
        }
        /// Returns the end of the number after `separator`, if that is at `position`.
        func next(_ separator: Unicode.Scalar, at position: Int) -> Int? {
            guard position < bytes.count, bytes[position] == UInt8(ascii: separator) else {
                return nil
            }
            return end(ofNumberAt: position + 1)
        }
        var start = 0
        while let first = bytes[start...].firstIndex(where: { (0x30...0x39).contains($0) }),
            var versionEnd = end(ofNumberAt: first)
        {
            start = versionEnd
            while let further = next(".", at: versionEnd) { versionEnd = further }
            guard versionEnd > start else { continue }
            versionEnd = next("_", at: versionEnd) ?? versionEnd
            return String(decoding: bytes[first..<versionEnd], as: UTF8.self)
        }
        return nil
    }

    /// Returns the output of a program that ends within five seconds, with standard error, to which Java
    /// prints its version.
    private static func output(of process: ProcessSpec) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask {
                guard (try? SpareDescriptors.requireForProcess()) != nil else { return nil }
                if process.isConfined {
                    let result = try? await ConfinedProcess.capture(process)
                    guard let result, result.status == 0 else { return nil }
                    return String(decoding: result.output, as: UTF8.self)
                }
                let result = try? await Subprocess.run(
                    .path(process.program),
                    arguments: Arguments(process.arguments),
                    environment: process.variables,
                    workingDirectory: process.directory,
                    input: .none,
                    output: .string(limit: 1 << 16),
                    error: .string(limit: 1 << 16)
                )
                guard let result, result.terminationStatus.isSuccess else { return nil }
                return result.standardOutput + "\n" + result.standardError
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(5))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
