internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel
internal import BuildspecRunner

/// The lines of the event log.
///
/// New keys can be added. While `version` is 1, no key changes its meaning.
enum EventRecord {
    typealias Members = [(String, JSONText)]

    static func line(_ event: RunEvent) -> [UInt8] {
        switch event {
        case .output(let bytes): line(output: bytes)
        case .buildBegan(let identity): line("build-began", members(identity))
        case .cacheRestored(let report): line("cache-restored", members(report))
        case .phaseBegan(let phase): line("phase-began", [name(phase)])
        case .phaseSkipped(let phase): line("phase-skipped", [name(phase)])
        case .phaseRetried(let failure, let attempt, let limit):
            line(
                "phase-retried",
                [name(failure.command.phase), number("attempt", attempt), number("of", limit)]
            )
        case .commandBegan(let command):
            line(
                "command-began",
                members(command) + [("command", .string(command.text.value))]
                    + position(command.text.range)
            )
        case .commandEnded(let command, let status, let duration):
            line(
                "command-ended",
                members(command) + [number("status", Int(status)), seconds(duration)]
            )
        case .commandStopped(let command, let reason):
            line("command-stopped", members(command) + [("reason", .string(text(reason)))])
        case .paused(let pause): line("paused", members(pause))
        case .resumed(let pause, let duration):
            line("resumed", members(pause) + [seconds(duration)])
        case .phaseEnded(let report): line("phase-ended", members(report))
        case .artifactCollected(let report): line("artifact", members(report))
        case .reportRead(let report): line("report", members(report) + content(report))
        case .reportsDiscovered(let discovery):
            line("reports-discovered", members(discovery))
        case .cacheSaved(let report): line("cache-saved", members(report))
        case .note(let message): line("note", [("message", .string(message))])
        case .warning(let message): line("warning", [("message", .string(message))])
        case .buildEnded(let result): line("build-ended", members(result))
        }
    }

    /// Makes the line of output bytes; bytes that are not UTF-8 are added in base64.
    static func line(output bytes: [UInt8]) -> [UInt8] {
        var line = Array(head("output").utf8)
        line += ",\"text\":".utf8
        if String(validating: bytes, as: UTF8.self) != nil {
            JSONText.appendQuoted(bytes, to: &line)
        } else {
            JSONText.appendQuoted(String(decoding: bytes, as: UTF8.self).utf8, to: &line)
            line += ",\"base64\":\"".utf8 + Array(Base64.encode(bytes).utf8) + "\"".utf8
        }
        return line + "}\n".utf8
    }

    static func line(notStarted error: SetupError) -> [UInt8] {
        let list = error.problems.map { problem in
            JSONText.object(
                [("message", .string(problem.message))] + (problem.range.map(position) ?? [])
            )
        }
        return line(
            "build-not-started",
            [("phase", .string(error.phase.rawValue)), ("problems", .array(list))]
        )
    }

    private static func line(_ event: String, _ members: Members) -> [UInt8] {
        let rest = JSONText.object(members).compact.dropFirst()
        return Array((head(event) + "," + rest + "\n").utf8)
    }

    private static func head(_ event: String) -> String {
        "{\"version\":1,\"time\":\"\(UTCTime.now())\",\"event\":\"\(event)\""
    }
}

extension EventRecord {
    static func name(_ phase: PhaseName) -> (String, JSONText) {
        ("phase", .string(phase.upperCased))
    }

    static func number(_ key: String, _ value: some BinaryInteger) -> (String, JSONText) {
        (key, .number(String(value)))
    }

    /// Makes the member for a duration in seconds, with three decimal places.
    static func seconds(_ duration: Duration) -> (String, JSONText) {
        let milliseconds = Int((duration / .milliseconds(1)).rounded())
        let rest = String(milliseconds % 1_000 + 1_000).dropFirst()
        return ("seconds", .number("\(milliseconds / 1_000).\(rest)"))
    }

    static func position(_ range: SourceRange) -> Members {
        [number("line", range.start.line), number("column", range.start.column)]
    }

    static func members(_ command: PhaseCommand) -> Members {
        [
            name(command.phase), ("list", .string(command.list.rawValue)),
            number("index", command.index),
        ]
    }

    private static func members(_ pause: BuildPause) -> Members {
        switch pause {
        case .breakpoint(let command): members(command) + [("reason", .string("breakpoint"))]
        case .failure(let command, let status):
            members(command) + [("reason", .string("failure")), number("status", Int(status))]
        }
    }

    private static func members(_ identity: BuildIdentity) -> Members {
        [
            ("project", .string(identity.project)), number("number", identity.number),
            ("id", .string(identity.id)), ("arn", .string(identity.arn)),
        ]
    }

    private static func text(_ reason: StopReason) -> String {
        switch reason {
        case .stopped: "STOPPED"
        case .timedOut: "TIMED_OUT"
        }
    }
}
