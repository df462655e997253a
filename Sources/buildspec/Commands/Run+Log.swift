internal import ArgumentParser
internal import BuildspecRunner
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension Run {
    /// What shows the build.
    ///
    /// - Throws: `ValidationError` when the wanted format needs what is not there.
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
                    broken: stop
                )
            } catch {
                let problem = "the log cannot be kept in '\(directory)': \(error)"
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

    /// The format that is asked for, else what the output is made for.
    private func format(_ environment: [String: String]) throws -> LogFormat {
        let obstacle: String? =
            if events == "-" {
                "standard output has the events"
            } else if !Host.outputIsTerminal {
                "standard output is not a terminal"
            } else if ["", "dumb"].contains(environment["TERM"] ?? "") {
                "the terminal cannot be written over (TERM is '\(environment["TERM"] ?? "")')"
            } else {
                nil
            }
        guard let logFormat else {
            let isCI = !["", "0", "false"].contains(environment["CI"] ?? "")
            return obstacle == nil && !isCI ? .pretty : .plain
        }
        if logFormat == .pretty, let obstacle {
            throw ValidationError("--log-format pretty: \(obstacle); use 'plain'")
        }
        return logFormat
    }

    private func plainLog(of file: BuildspecFile, _ environment: [String: String]) -> PlainOutput {
        PlainOutput(
            buildspec: file.name,
            style: .forOutput(
                isTerminal: events != "-" && Host.outputIsTerminal,
                environment
            ),
            markers: CIMarkers(environment),
            log: writer
        )
    }

    private var writer: LogWriter {
        LogWriter(events == "-" ? .error : .output, .error, broken: stop)
    }

    private var stop: @Sendable () -> Void {
        { kill(getpid(), SIGTERM) }
    }
}
