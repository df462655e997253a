internal import BuildspecCache
internal import BuildspecFiles
internal import SystemPackage

/// `codebuild-hash-files` in a container: a small script asks, the program outside answers.
///
/// The program itself may not run in the image, which can have another C library or none. The script
/// writes its question to a named pipe; `ContainerAgentScript` passes it on. The answer comes as a file
/// and reaches the script by a pipe of its own, line by line.
struct HashFilesRelay: Sendable {
    /// The source root outside.
    let sources: FilePath
    /// The source root inside.
    let root: FilePath
    /// Where answers go, outside.
    let answers: FilePath

    /// The script that stands for the program; its first argument is `hash-files`.
    static let script = """
        #!/bin/sh
        place=\(ContainerAgentScript.questions)
        fail() {
            echo "codebuild-hash-files: $*" >&2
            exit 3
        }
        shift
        [ $# -gt 0 ] || { echo "usage: codebuild-hash-files GLOB..." >&2; exit 64; }
        tab=$(printf '\\t')
        newline='
        '
        question=$$
        for glob; do
            case $glob in
            *"$tab"* | *"$newline"*) fail "a glob with a tab or a newline cannot be asked for" ;;
            -*) fail "'$glob': a container knows no options of codebuild-hash-files" ;;
            esac
            question=$question$tab$glob
        done
        [ ${#question} -lt 4000 ] || fail "the globs are too long"
        [ -p "$place/ask" ] || fail "cannot ask outside of the container: the image has no 'mkfifo'"
        rm -f "$place/$$"
        mkfifo "$place/$$" || exit 3
        trap 'rm -f "$place/$$"' EXIT
        exec 6<>"$place/$$"
        printf '%s\\n' "$question" >"$place/ask"
        IFS= read -r status <&6
        IFS= read -r hash <&6
        while IFS= read -r line <&6 && [ "$line" != end ]; do printf '%s\\n' "$line" >&2; done
        [ -z "$hash" ] || printf '%s\\n' "$hash"
        exit "$status"

        """

    /// Answers a question; blocks.
    ///
    /// - Parameter question: the asking process and its globs, with tabs between.
    /// - Returns: the process, or `nil` when it is no question.
    func answer(_ question: String) -> String? {
        let words = question.split(separator: "\t", omittingEmptySubsequences: false)
            .map(String.init)
        guard words.count > 1, Int32(words[0]) != nil else { return nil }
        let lines: [String]
        do {
            let globs = try words.dropFirst().map(relative)
            let files = try HashFiles(globs, in: sources, isConfined: true)
            let notes = files.notes.map { "warning: \($0)" }
            if let failure = files.failure {
                lines = ["3", ""] + notes + ["error: codebuild-hash-files: \(failure)"]
            } else {
                let unmatched = files.unmatched.map {
                    "warning: codebuild-hash-files: no file matches '\($0)'"
                }
                lines = ["0", files.hash] + notes + unmatched
            }
        } catch {
            lines = ["3", "", "codebuild-hash-files: \(error)"]
        }
        // All of it must fit into a pipe.
        let text = lines.prefix(100)
            .map { String($0.prefix(500)).replacing("\n", with: " ") + "\n" }.joined()
        let file = answers.appending(words[0])
        guard (try? SmallFile.write(text + "end\n", to: file, permissions: .readable)) != nil
        else { return nil }
        return words[0]
    }

    /// The glob from the source root; only files of the sources can be reached from outside.
    private func relative(_ glob: String) throws -> String {
        let prefix = root.string + "/"
        let isInside = glob.hasPrefix(prefix)
        let relative = isInside ? String(glob.dropFirst(prefix.count)) : glob
        guard isInside || !glob.hasPrefix("/"),
            FilePattern.parse(relative).allSatisfy({ $0.climbs == 0 })
        else {
            throw UnreachablePath(
                description: "'\(glob)' is not in the sources, and only their files can be hashed "
                    + "in a container"
            )
        }
        return relative
    }
}

extension FilePermissions {
    fileprivate static var readable: FilePermissions {
        [.ownerReadWrite, .groupRead, .otherRead]
    }
}
