internal import BuildspecFiles
internal import SystemPackage

/// Copies cached paths outside of the sources, which the cache cannot reach in the container.
///
/// The container's `cp` copies them in after the cache is restored, and out before the cache is saved,
/// through a directory in which each file has its path inside. A mount would be quicker and wrong: it
/// would hide the image's files, and a directory that exists before the build makes
/// `[ -d ~/.tool ] || install` skip the installation.
struct ContainerCache: Sendable {
    /// The directory of the copies, inside.
    let directory: FilePath
    /// The owner of files that are copied out, `user:group`; `nil` keeps their owner.
    let owner: String?

    /// Returns the literal prefix of an absolute pattern, which has to be copied; `nil` for the container's
    /// root.
    static func literalPrefix(of pattern: FilePattern) -> String? {
        let names = pattern.literalNames.map { String(decoding: $0, as: UTF8.self) }
        return names.isEmpty ? nil : "/" + names.joined(separator: "/")
    }

    /// Returns the paths that have to be copied for some patterns, none inside of another.
    static func literalPrefixes(of patterns: [String]) -> [String] {
        let parsed = patterns.flatMap(FilePattern.parse).filter(\.isAbsolute)
        let all = Set(parsed.compactMap(literalPrefix)).sorted()
        return all.filter { path in
            !all.contains { $0 != path && path.hasPrefix($0 + "/") }
        }
    }

    /// Returns the script that copies restored files into the container.
    func copyInScript(_ paths: [String]) -> String {
        script(
            """
            put() {
                exists "$copies$1" || return 0
                if [ -d "$copies$1" ] && [ ! -L "$copies$1" ] && [ -d "$1" ]; then
                    for entry in "$copies$1"/* "$copies$1"/.[!.]* "$copies$1"/..?*; do
                        exists "$entry" || continue
                        cp -RPpf "$entry" "$1/" || failed=1
                    done
                else
                    mkdir -p "${1%/*}/" && cp -RPpf "$copies$1" "$1" || failed=1
                fi
            }

            """,
            paths.map { "put \(ShellText.alwaysQuoted($0))\n" }
        )
    }

    /// Returns the script that changes the owner of the files that were copied in, and of no other files.
    func ownerScript(_ paths: [String], _ owner: String) -> String {
        script(
            """
            give() {
                exists "$copies$1" || return 0
                (cd "$copies" && find ".$1" -exec sh -c '
                    for path; do
                        path=${path#.}
                        [ -e "$path" ] || [ -L "$path" ] || continue
                        chown -h \(owner) "$path" || exit 1
                    done' sh {} +) || failed=1
            }

            """,
            paths.map { "give \(ShellText.alwaysQuoted($0))\n" }
        )
    }

    /// Returns the script that copies the container's files to where the cache finds them.
    func copyOutScript(_ paths: [String]) -> String {
        let owning = owner.map { "chown -Rh \($0) \"$copies\" || failed=1\n" } ?? ""
        return script(
            """
            take() {
                exists "$1" || return 0
                # A link to a directory is copied as the directory's contents, as when they are put back.
                if [ -L "$1" ] && [ -d "$1" ]; then
                    mkdir -p "$copies$1" && cp -RPpf "$1/." "$copies$1/" || failed=1
                    return 0
                fi
                mkdir -p "$copies${1%/*}" && cp -RPpf "$1" "$copies$1" || failed=1
            }

            """,
            paths.map { "take \(ShellText.alwaysQuoted($0))\n" } + [owning]
        )
    }

    private func script(_ function: String, _ calls: [String]) -> String {
        """
        PATH=\(BuildEnvironment.standardPath)
        copies=\(ShellText.quoted(directory.string))
        failed=0
        exists() { [ -e "$1" ] || [ -L "$1" ]; }
        \(function)\(calls.joined())exit $failed

        """
    }
}
