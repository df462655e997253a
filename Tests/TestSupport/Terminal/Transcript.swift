/// An expected shell session: commands and their output.
///
/// The form is that of cram and trycmd. A line `$ COMMAND` begins a step. A line `? STATUS` after it
/// gives the exit status (default: 0), and the other lines are the output with standard error; see
/// `TranscriptPattern` for the wildcards. Lines before the first command are a comment.
package struct Transcript: Sendable, Equatable {
    /// One command with its expected status and output.
    package struct Step: Sendable, Equatable {
        /// The command, for `/bin/sh -c`.
        package var command: String
        /// The 1-based line of the command in the transcript.
        package var line: Int
        /// The expected exit status.
        package var status: Int
        /// The expected output.
        package var output: TranscriptPattern
    }

    /// The commands in their order.
    package var steps: [Step]

    /// Reads a transcript; text without a command has no steps.
    package init(parsing text: String) {
        steps = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("$ ") {
                let pattern = TranscriptPattern(firstLine: index + 2)
                let command = String(line.dropFirst(2))
                steps.append(Step(command: command, line: index + 1, status: 0, output: pattern))
            } else if let last = steps.indices.last {
                steps[last].add(line)
            }
        }
        for index in steps.indices {
            steps[index].output.dropTrailingBlankLines()
        }
    }
}

extension Transcript.Step {
    fileprivate mutating func add(_ expected: Substring) {
        if expected.hasPrefix("? "), output.lines.isEmpty, let code = Int(expected.dropFirst(2)) {
            status = code
            output.firstLine += 1
        } else {
            output.lines.append(String(expected))
        }
    }
}
