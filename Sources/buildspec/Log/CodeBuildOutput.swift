internal import BuildspecModel
internal import BuildspecRunner
internal import Synchronization

/// A log in CodeBuild's format, to compare it with a log of the cloud.
///
/// Lines whose format in the cloud is not known are not printed: the cache, background processes, the
/// end of the build. Warnings that CodeBuild does not have go to standard error.
///
/// Sources: published build logs of 2024 and later; CodeBuild guide, "Build phase transitions".
final class CodeBuildOutput: EventSink {
    private struct State {
        /// Whether DOWNLOAD_SOURCE has ended.
        var hasSource = false
        /// The lines of the artifact that is reported next.
        var artifactLines: [String] = []
    }

    private let buildspec: Buildspec
    private let file: String
    private let source: String
    private let redactor: Redactor
    private let log: LogWriter
    private let state = Mutex(State())

    /// Creates a log of the buildspec in a file; `redactor` hides secrets in its texts.
    init(
        _ buildspec: Buildspec,
        file: String,
        source: String,
        hidingBy redactor: Redactor,
        log: LogWriter
    ) {
        self.buildspec = buildspec
        self.redactor = redactor
        self.file = file
        self.source = source
        self.log = log
    }

    func receive(_ event: RunEvent) async {
        switch event {
        case .output(let bytes): log.forward(bytes)
        case .buildBegan: beginSource()
        case .note(let message): print(message.oneLine)
        case .warning(let message): warn(message)
        case .phaseBegan(let phase):
            endSource()
            print("Entering phase \(phase.upperCased)")
        case .commandBegan(let command): print("Running command \(command.text.value)")
        case .commandEnded(let command, let status, _):
            log.print("")
            guard status != 0 else { break }
            print("Command did not exit successfully \(command.text.value) exit status \(status)")
        case .commandStopped: log.print("")
        case .phaseEnded(let report): end(report)
        case .artifactCollected(let report): collect(report)
        case .reportsDiscovered(let discovery): discover(discovery)
        case .buildEnded(let result): end(result)
        case .paused, .resumed: break
        case .phaseRetried, .phaseSkipped, .cacheRestored, .cacheSaved, .reportRead: break
        }
    }

    private func print(_ line: String) {
        log.print("[Container] \(UTCTime.codeBuild()) \(redactor.redacting(line).printableLines)")
    }

    private func warn(_ message: String) {
        if message.hasPrefix("Skipping invalid file path ") {
            state.withLock { $0.artifactLines.append(message) }
        } else if message.hasPrefix("Skipping install of runtimes.") {
            print(message)
        } else {
            log.print(error: "warning: \(message.oneLine)")
        }
    }

    private func endPhase(_ name: String, _ state: String, code: String = "", message: String = "")
    {
        print("Phase complete: \(name) State: \(state)")
        print("Phase context status code: \(code) Message: \(message)")
    }
}

extension CodeBuildOutput {
    private func beginSource() {
        print("Waiting for DOWNLOAD_SOURCE")
        print("Phase is DOWNLOAD_SOURCE")
        print("CODEBUILD_SRC_DIR=\(source)")
        print("YAML location is \(file)")
        print("Processing environment variables")
        if !buildspec.env.parameterStore.isEmpty {
            print("Decrypting parameter store environment variables")
        }
        if buildspec.phases.values.allSatisfy(\.runtimeVersions.isEmpty) {
            print("No runtime version selected in buildspec.")
        }
        print("Moving to directory \(source)")
    }

    /// Prints the rest of DOWNLOAD_SOURCE, after the warnings at the start of the build.
    private func endSource() {
        let isFirst = state.withLock { state in
            defer { state.hasSource = true }
            return !state.hasSource
        }
        guard isFirst else { return }
        if let cache = buildspec.cache {
            for path in cache.paths { print("Expanded cache path \(path.value)") }
        } else {
            print("Cache is not defined in the buildspec")
            print("Skip cache due to: no paths specified to be cached")
        }
        print("Phases found in YAML: \(buildspec.phases.count)")
        for (name, phase) in buildspec.phases.sorted(by: { $0.key < $1.key }) {
            print(" \(name.upperCased): \(phase.commands.count) commands")
        }
        endPhase("DOWNLOAD_SOURCE", "SUCCEEDED")
    }

    private func end(_ report: PhaseReport) {
        endPhase(
            report.name.upperCased,
            report.state.rawValue,
            code: report.failure == nil ? "" : "COMMAND_EXECUTION_ERROR",
            message: report.failure?.message ?? ""
        )
    }

    private func collect(_ report: ArtifactReport) {
        guard let set = set(of: report.identifier) else { return }
        let base = set.baseDirectory?.value ?? "."
        print("Expanding base directory path: \(base)")
        print("Assembling file list")
        print("Expanding \(base)")
        print("Expanding file paths for base directory \(base)")
        print("Assembling file list")
        for pattern in set.files { print("Expanding \(pattern.value)") }
        let lines = state.withLock { state in
            defer { state.artifactLines = [] }
            return state.artifactLines
        }
        for line in lines { print(line) }
        if report.failure == nil { print("Found \(report.files) file(s)") }
    }

    private func discover(_ discovery: ReportDiscovery) {
        let microseconds = Int(discovery.duration / .microseconds(1))
        let fraction = String(1_000_000 + microseconds % 1_000_000).dropFirst()
        let seconds = "\(microseconds / 1_000_000).\(fraction)"
        print("Set report auto-discover timeout to 5 seconds")
        print("Expanding base directory path:  .")
        print("Assembling file list")
        print("Expanding .")
        print("Expanding file paths for base directory .")
        print("Assembling file list")
        print("Expanding \(discovery.pattern)")
        print(
            discovery.files == 0
                ? "No matching auto-discover report paths found"
                : "Found \(discovery.files) file(s)"
        )
        print("Report auto-discover file discovery took \(seconds) seconds")
    }

    private func set(of identifier: String?) -> ArtifactSet? {
        guard let identifier else { return buildspec.artifacts?.primary }
        return buildspec.artifacts?.secondary.first { $0.identifier == identifier }?.set
    }

    private func end(_ result: BuildResult) {
        // CodeBuild also searches for reports in a build without artifacts.
        guard case .read = result.reports else { return }
        for rule in result.brokenRules { log.print(error: "error: \(rule.oneLine)") }
        let failure = result.uploadFailure
        endPhase(
            "UPLOAD_ARTIFACTS",
            failure == nil ? "SUCCEEDED" : "FAILED",
            code: failure == nil ? "" : "CLIENT_ERROR",
            message: failure ?? ""
        )
    }
}
