internal import BuildspecFiles
internal import BuildspecModel
internal import Subprocess
internal import SystemPackage

/// The runtimes of this machine, compared with those that `runtime-versions` asks for.
///
/// Only programs whose version can be asked without side effects: they read no project, keep no
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

    /// Says which runtimes are not here, or in another version than wanted, one line each.
    ///
    /// - Parameters:
    ///   - wanted: what the buildspec asks for.
    ///   - variables: the build's environment.
    ///   - execution: where the build runs.
    ///   - directory: where the programs start.
    /// - Returns: the lines; none for what is unknown or silent.
    static func differences(
        _ wanted: [RuntimeVersion],
        _ variables: [String: String],
        at execution: any ExecutionEnvironment,
        in directory: FilePath
    ) async -> [String] {
        var lines: [String] = []
        for runtime in wanted {
            let expansion = VariableText.expand(runtime.version.value) { variables[$0] }
            guard expansion.unset.isEmpty, let known = programs[runtime.name] else { continue }
            guard
                let program = await execution.firstProgram(
                    of: candidates(known.program, variables["PATH"])
                )
            else {
                lines.append(
                    "runtime-versions: '\(runtime.name)' is wanted in version \(expansion.text), but "
                        + "there is no '\(known.program)' on the PATH; install it"
                )
                continue
            }
            guard
                let text = await answer(
                    launch(program, known.arguments, variables, at: execution, in: directory)
                ),
                let version = version(in: text), !matches(version, wanted: expansion.text)
            else { continue }
            lines.append(
                "runtime-versions: '\(runtime.name)' is wanted in version \(expansion.text), but "
                    + "'\(program)' is version \(version); install the wanted one or put it first on "
                    + "the PATH"
            )
        }
        return lines
    }

    /// Whether a version is the wanted one, as far as that says: `3.12` wants `3.12.7` as well.
    ///
    /// - Parameters:
    ///   - version: such as `3.12.7`, or `1.8.0_392` of an old Java.
    ///   - wanted: such as `3.12`, `18.x`, `latest` or `corretto17`.
    /// - Returns: whether it is; true for what is no number.
    static func matches(_ version: String, wanted: String) -> Bool {
        let digits = wanted.drop { !$0.isNumber }
        let parts = digits.split(separator: ".").prefix { $0.allSatisfy(\.isNumber) }
        var found = version.split { $0 == "." || $0 == "_" }
        if found.first == "1", parts.first == "8", parts.count == 1 { found.removeFirst() }
        return found.starts(with: parts)
    }

    /// The first version number of a text: numbers with dots between, and `_392` of an old Java.
    ///
    /// One pass, however long the text is: any program of that name may have written it.
    static func version(in text: String) -> String? {
        let bytes = Array(text.utf8)
        /// Where a number ends that begins at a place; `nil` when none does.
        func end(ofNumberAt start: Int) -> Int? {
            let digits = bytes[min(start, bytes.count)...].prefix { (0x30...0x39).contains($0) }
            return digits.isEmpty ? nil : digits.endIndex
        }
        func next(_ separator: Unicode.Scalar, at place: Int) -> Int? {
            guard place < bytes.count, bytes[place] == UInt8(ascii: separator) else { return nil }
            return end(ofNumberAt: place + 1)
        }
        var start = 0
        while let first = bytes[start...].firstIndex(where: { (0x30...0x39).contains($0) }),
            var place = end(ofNumberAt: first)
        {
            start = place
            while let further = next(".", at: place) { place = further }
            guard place > start else { continue }
            place = next("_", at: place) ?? place
            return String(decoding: bytes[first..<place], as: UTF8.self)
        }
        return nil
    }

    private static func candidates(_ name: String, _ path: String?) -> [FilePath] {
        let directories = (path ?? BuildEnvironment.standardPath).split(separator: ":")
        return directories.filter { $0.hasPrefix("/") }
            .map { FilePath(String($0)).appending(name) }
    }

    private static func launch(
        _ program: FilePath,
        _ arguments: [String],
        _ variables: [String: String],
        at execution: any ExecutionEnvironment,
        in directory: FilePath
    ) -> ProcessSpec {
        let kept = ["PATH", "HOME"].compactMap { name in variables[name].map { "\(name)=\($0)" } }
        return execution.processSpec(
            "/usr/bin/env",
            kept + [program.string] + arguments,
            in: directory,
            as: nil
        )
    }

    /// What the program says within five seconds; Java says it on standard error.
    private static func answer(_ launch: ProcessSpec) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask {
                guard (try? SpareDescriptors.requireForProcess()) != nil else { return nil }
                if launch.isConfined {
                    let result = try? await ConfinedProcess.capture(launch)
                    guard let result, result.status == 0 else { return nil }
                    return String(decoding: result.output, as: UTF8.self)
                }
                let result = try? await Subprocess.run(
                    .path(launch.program),
                    arguments: Arguments(launch.arguments),
                    environment: launch.variables,
                    workingDirectory: launch.directory,
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
