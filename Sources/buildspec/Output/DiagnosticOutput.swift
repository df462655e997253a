internal import BuildspecModel
internal import BuildspecRunner

/// Prints findings on standard error.
enum DiagnosticOutput {
    /// Prints findings in the order of the text.
    static func print(_ diagnostics: [Diagnostic], of name: String, text: [UInt8]) {
        for diagnostic in diagnostics {
            let place = diagnostic.range.start
            StandardStream.error.write(
                "\(name):\(place.line):\(place.column): \(diagnostic.severity.rawValue): "
                    + "\(diagnostic.message) [\(diagnostic.name)]\n"
            )
        }
    }

    /// Prints why a build cannot start.
    static func print(_ error: SetupError, of name: String) {
        for problem in error.problems {
            let start = problem.range?.start
            let place = start.map { "\(name):\($0.line):\($0.column): " } ?? ""
            StandardStream.error.write("\(place)error: \(problem.message)\n")
        }
    }

    /// Prints an error of a file as a whole.
    static func print(error message: String, of name: String) {
        StandardStream.error.write("\(name):1:1: error: \(message)\n")
    }
}
