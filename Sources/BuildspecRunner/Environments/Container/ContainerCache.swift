internal import BuildspecFiles
internal import SystemPackage

/// Cached paths outside of the sources: the container's own, which the cache cannot reach.
///
/// They are copied by the container's `cp`, in after the cache is restored and out before it is saved,
/// through a directory in which they have the names that they have inside. A mount in their place
/// would be quicker and wrong: it would hide what the image has there, and a directory that is there
/// before the build makes it skip what `[ -d ~/.tool ] || install` should do.
struct ContainerCache: Sendable {
    /// Where the copies are, inside.
    let directory: FilePath
    /// Who is to own what is copied out, `user:group`; `nil` leaves it as it is.
    let owner: String?

    /// The literal beginning of a pattern: what has to be copied for it.
    ///
    /// - Parameter pattern: an absolute pattern.
    /// - Returns: its path, or `nil` when that is all of the container.
    static func beginning(of pattern: FilePattern) -> String? {
        let names = pattern.literalNames.map { String(decoding: $0, as: UTF8.self) }
        return names.isEmpty ? nil : "/" + names.joined(separator: "/")
    }

    /// What has to be copied for some patterns, each place once.
    static func beginnings(of patterns: [String]) -> [String] {
        let parsed = patterns.flatMap(FilePattern.parse).filter(\.isAbsolute)
        let all = Set(parsed.compactMap(beginning)).sorted()
        return all.filter { path in
            !all.contains { $0 != path && path.hasPrefix($0 + "/") }
        }
    }

    /// The script that copies what was restored to where it belongs.
    func scriptIn(_ beginnings: [String]) -> String {
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
            beginnings.map { "put \(ShellText.alwaysQuoted($0))\n" }
        )
    }

    /// The script that copies what is to be saved to where the cache finds it.
    func scriptOut(_ beginnings: [String]) -> String {
        let owning = owner.map { "chown -Rh \($0) \"$copies\" || failed=1\n" } ?? ""
        return script(
            """
            take() {
                exists "$1" || return 0
                # A link to a directory stands for what is in it, as it does when that is put back.
                if [ -L "$1" ] && [ -d "$1" ]; then
                    mkdir -p "$copies$1" && cp -RPpf "$1/." "$copies$1/" || failed=1
                    return 0
                fi
                mkdir -p "$copies${1%/*}" && cp -RPpf "$1" "$copies$1" || failed=1
            }

            """,
            beginnings.map { "take \(ShellText.alwaysQuoted($0))\n" } + [owning]
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
