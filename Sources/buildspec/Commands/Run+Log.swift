internal import ArgumentParser
internal import BuildspecRunner
internal import SystemPackage

extension Run {
    func log(of file: BuildspecFile, _ request: BuildRequest) throws -> any EventSink {
        let environment = request.hostEnvironment
        switch try format(environment) {
        case .plain: return plainLog(of: file, environment)
        case .pretty:
            let directory = StandardDirectories(environment).state.appending("logs")
            do {
                return PrettyOutput(
                    file.buildspec,
                    named: file.name,
                    style: .forOutput(isTerminal: true, environment),
                    file: try LogFile(in: directory),
                    on: .standardOutput,
                    onFailure: Signals.stopBuild
                )
            } catch {
                let problem = "cannot write the log to '\(directory)': \(error)"
                guard logFormat == nil else {
                    throw ValidationError("--log-format pretty: \(problem)")
                }
                StandardStream.error.write("warning: \(problem); all output is shown\n")
                return plainLog(of: file, environment)
            }
        case .codebuild:
            return CodeBuildOutput(
                file.buildspec,
                file: absolute(file.name).string,
                source: request.sourceRootInside.string,
                hidingBy: request.redactor,
                log: writer
            )
        }
    }

    /// The requested format, else the format that fits the output.
    private func format(_ environment: [String: String]) throws -> LogFormat {
        let reason: String? =
            if events == "-" {
                "the events go to standard output"
            } else if !Host.outputIsTerminal {
                "standard output is not a terminal"
            } else if ["", "dumb"].contains(environment["TERM"] ?? "") {
                "the terminal cannot move the cursor (TERM is '\(environment["TERM"] ?? "")')"
            } else {
                nil
            }
        guard let logFormat else {
            let isCI = !["", "0", "false"].contains(environment["CI"] ?? "")
            return reason == nil && !isCI ? .pretty : .plain
        }
        if logFormat == .pretty, let reason {
            throw ValidationError("--log-format pretty: \(reason); use 'plain'")
        }
        return logFormat
    }

    private func plainLog(of file: BuildspecFile, _ environment: [String: String]) -> PlainOutput {
        PlainOutput(
            buildspec: file.name,
            style: .forOutput(isTerminal: events != "-" && Host.outputIsTerminal, environment),
            markers: CIMarkers(environment),
            log: writer
        )
    }

    private var writer: LogWriter {
        LogWriter(events == "-" ? .error : .output, .error, onFailure: Signals.stopBuild)
    }
}
