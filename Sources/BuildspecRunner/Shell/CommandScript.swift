package import SystemPackage

/// The files with a build's state between two commands.
package struct StateFiles: Sendable {
    /// The exported environment, itself a script.
    package var environment: FilePath
    /// The current directory, one line.
    package var directory: FilePath
}

extension StateFiles {
    /// Creates the paths of the files in a directory.
    package init(in parent: FilePath) {
        self.init(environment: parent.appending("env.sh"), directory: parent.appending("dir.txt"))
    }
}

/// The scripts that pass a build's state from command to command.
///
/// CodeBuild does not keep one shell alive. Each command becomes a script that changes to the saved
/// directory, reads the saved environment, runs the command, and saves the directory and environment
/// again. This is that script, line for line: the command's text begins on line 4, as the line numbers
/// of shell errors in published logs show. The consequences are intended: plain assignments persist
/// (`set -a`), functions and `set -e` do not, and a command that leaves by `exit` saves no state.
package enum CommandScript {
    /// Returns the script for one command; `preparation` is further shell text on the third line.
    ///
    /// Pass the saved directory if it is known: CodeBuild's script starts a `cat` for it, which takes
    /// longer than the rest of the script.
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

    /// Returns the saved environment before the first command: one `export` for each variable, by name.
    package static func exports(_ variables: [String: String]) -> String {
        variables.sorted { $0.key < $1.key }.map { export($0.key, $0.value) }.joined()
    }

    /// Returns the line that exports one variable.
    package static func export(_ name: String, _ value: String) -> String {
        let assignment = "export \(name)=\(ShellText.alwaysQuoted(value))\n"
        // These are read-only in bash, which ends a script that assigns one; dash does not.
        guard ShellText.namesReadOnlyInBash.contains(name) else { return assignment }
        return "(unset \(name)) 2>/dev/null && \(assignment)"
    }

    /// Returns a script that runs lines in the directory `root`, with the saved environment.
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

    /// Returns lines that print the expanded texts, each with a NUL byte at its end.
    ///
    /// Each text is expanded as between double quotes. A substitution that fails ends the script with
    /// its status.
    package static func lines(evaluating texts: [String]) -> String {
        texts.map { text in
            "CODEBUILD_TEXT=\"\(text)\" || exit\nprintf '%s\\0' \"$CODEBUILD_TEXT\"\n"
        }
        .joined()
    }
}
