package import SystemPackage

/// The files that hold a build's state between two commands.
package struct StateFiles: Sendable {
    /// The exported environment, itself a script.
    package var environment: FilePath
    /// The current directory, one line.
    package var directory: FilePath

    /// Names the files of a directory.
    package init(in place: FilePath) {
        self.init(
            environment: place.appending("env.sh"),
            directory: place.appending("dir.txt")
        )
    }

    /// Names two files.
    init(environment: FilePath, directory: FilePath) {
        self.environment = environment
        self.directory = directory
    }
}

/// The text of the scripts that carry a build's state from command to command.
///
/// CodeBuild does not keep one shell alive. Each command becomes a script that goes to the saved
/// directory, reads the saved environment, runs the command, and saves both again. This is that
/// script, line for line: the command's text begins on line 4, as the line numbers of shell errors in
/// published logs show. What follows from it is wanted: plain assignments persist (`set -a`),
/// functions and `set -e` do not, and a command that leaves by `exit` saves nothing.
package enum CommandScript {
    /// The script for one command.
    ///
    /// - Parameters:
    ///   - command: the command's text.
    ///   - old: the state to begin with.
    ///   - new: where the state at the end goes.
    ///   - directory: the saved directory, if it is known: CodeBuild's script starts a `cat` for it,
    ///     which takes longer than all the rest.
    ///   - preparation: what else is done before the command, on the third line.
    /// - Returns: the script.
    package static func text(
        running command: String,
        from old: StateFiles,
        to new: StateFiles,
        directory: String? = nil,
        preparation: String = ""
    ) -> String {
        """
        cd \(directory.map(ShellText.quoted) ?? "\"$(cat \(ShellText.quoted(old.directory.string)))\"")
        set -a
        . \(ShellText.quoted(old.environment.string))\(preparation)
        \(command)
        CODEBUILD_LAST_EXIT=$?
        export -p > \(ShellText.quoted(new.environment.string))
        pwd > \(ShellText.quoted(new.directory.string))
        exit $CODEBUILD_LAST_EXIT

        """
    }

    /// The saved environment before the first command: one `export` for each variable.
    ///
    /// - Parameter variables: names and values, in any order.
    /// - Returns: the lines, sorted by name.
    package static func exports(_ variables: [String: String]) -> String {
        variables.sorted { $0.key < $1.key }
            .map { export($0.key, $0.value) }
            .joined()
    }

    /// The line that exports one variable.
    package static func export(_ name: String, _ value: String) -> String {
        let assignment = "export \(name)=\(ShellText.alwaysQuoted(value))\n"
        // Bash holds these read-only and ends a script that assigns them; dash does not.
        guard ShellText.namesReadOnlyInBash.contains(name) else { return assignment }
        return "(unset \(name)) 2>/dev/null && \(assignment)"
    }

    /// A script that runs lines in a directory, with the saved environment.
    ///
    /// - Parameters:
    ///   - lines: the lines.
    ///   - environment: the path of the saved environment.
    ///   - root: the directory to be in.
    /// - Returns: the script.
    package static func text(
        evaluating lines: String,
        environment: String,
        root: String
    ) -> String {
        """
        cd \(ShellText.quoted(root)) || exit
        set -a
        . \(ShellText.quoted(environment))
        set +a
        \(lines)
        """
    }

    /// Lines that print the values of shell words, each ended by a NUL byte.
    ///
    /// Each text is expanded as between double quotes. A substitution that fails ends the script with
    /// its status.
    ///
    /// - Parameter texts: what to expand.
    /// - Returns: the lines.
    package static func lines(evaluating texts: [String]) -> String {
        texts.map { text in
            "CODEBUILD_TEXT=\"\(text)\" || exit\nprintf '%s\\0' \"$CODEBUILD_TEXT\"\n"
        }
        .joined()
    }
}
