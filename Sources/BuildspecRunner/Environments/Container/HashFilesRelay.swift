internal import BuildspecCache
internal import BuildspecFiles
internal import SystemPackage

/// The command `codebuild-hash-files` in a container: a script sends a request, and the runner answers.
///
/// The program itself may not run in the image, which can have another C library or none. The script
/// writes its request to a named pipe, and `ContainerAgentScript` forwards the request. The answer comes
/// as a file and reaches the script by a second pipe, line by line.
struct HashFilesRelay: Sendable {
    /// The source root outside.
    let sources: FilePath
    /// The source root inside.
    let root: FilePath
    /// The directory of the answers, outside.
    let answerDirectory: FilePath

    /// The script that replaces the program; its first argument is `hash-files`.
    static let script = """
        #!/bin/sh
        requests=\(ContainerAgentScript.requestDirectory)
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
            *"$tab"* | *"$newline"*) fail "a container does not support a tab or a newline in a glob" ;;
            -*) fail "'$glob': a container does not support options of codebuild-hash-files" ;;
            esac
            question=$question$tab$glob
        done
        [ ${#question} -lt 4000 ] || fail "the globs are too long"
        [ -p "$requests/ask" ] || fail "cannot leave the container: the image has no 'mkfifo'"
        rm -f "$requests/$$"
        mkfifo "$requests/$$" || exit 3
        trap 'rm -f "$requests/$$"' EXIT
        exec 6<>"$requests/$$"
        printf '%s\\n' "$question" >"$requests/ask"
        IFS= read -r status <&6
        IFS= read -r hash <&6
        while IFS= read -r line <&6 && [ "$line" != end ]; do printf '%s\\n' "$line" >&2; done
        [ -z "$hash" ] || printf '%s\\n' "$hash"
        exit "$status"

        """

    /// Answers a request: the number of the script's process and the globs, with tabs between; blocks.
    ///
    /// Returns the number; `nil` if the text is not a request.
    func answer(_ request: String) -> String? {
        let fields = request.split(separator: "\t", omittingEmptySubsequences: false)
            .map(String.init)
        guard fields.count > 1, Int32(fields[0]) != nil else { return nil }
        let lines: [String]
        do {
            let globs = try fields.dropFirst().map(relative)
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
        // The answer must fit into a pipe.
        let text = lines.prefix(100)
            .map { String($0.prefix(500)).replacing("\n", with: " ") + "\n" }.joined()
        let file = answerDirectory.appending(fields[0])
        let permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
        guard (try? SmallFile.write(text + "end\n", to: file, permissions: permissions)) != nil
        else { return nil }
        return fields[0]
    }

    /// Returns a glob relative to the source root, because only files in the sources can be hashed.
    private func relative(_ glob: String) throws -> String {
        if glob == root.string { return "." }
        let prefix = root.string + "/"
        let isInside = glob.hasPrefix(prefix)
        let relative = isInside ? String(glob.dropFirst(prefix.count)) : glob
        guard isInside || !glob.hasPrefix("/"),
            FilePattern.parse(relative).allSatisfy({ $0.leadingParents == 0 })
        else {
            throw UnreachablePath(
                description: "'\(glob)' is not in the sources, and only their files can be hashed "
                    + "in a container"
            )
        }
        return relative
    }
}
