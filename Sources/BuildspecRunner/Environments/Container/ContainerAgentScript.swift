internal import SystemPackage

/// The shell script that waits in a container for what it is to do.
///
/// A process of the engine for every command would cost a quarter of a second (`podman exec`). So one
/// shell stays: requests come by its standard input, one line each; what commands write and what it
/// says go to its standard output. It needs a POSIX shell and the few programs that every image with
/// a shell has, and no more: no `setsid`, no `setpriv`, no program of ours.
///
/// The container's first process is a shell that waits for two others. `hear` reads the requests and
/// is never busy; `work` runs one command after the other, in the foreground, because POSIX shells
/// let background commands ignore SIGINT. The first process also collects orphans, as it waits.
///
/// When nobody holds its input any more, be it that the build was killed, `hear` ends the container.
/// When a command has killed `work`, `gone` is said, and the build ends it.
///
/// What it says begins with a mark, and the end of a command carries one of two words. All three come
/// by its input, the words with each command, so they are in no arguments, environment or file, and a
/// word that was used is worth nothing any more.
enum ContainerAgentScript {
    /// Where the private directory of the build is, inside; CodeBuild keeps its script there too.
    static let directory: FilePath = "/codebuild/output/tmp"
    /// Where programs inside ask the program outside; not on a mounted file system, which need not
    /// know named pipes.
    static let questions: FilePath = "/codebuild/questions"

    /// The arguments of `/bin/sh` for the container's first process.
    ///
    /// - Parameter hidden: names of the image's environment, which commands must not inherit: they
    ///   have their own, and what a command unsets must stay unset.
    /// - Returns: the arguments.
    static func first(hiding hidden: [String]) -> [String] {
        ["-c", beginning(hidden) + common + first]
    }

    /// The arguments of `/bin/sh` for a listener that runs commands as another user.
    static func further(hiding hidden: [String]) -> [String] {
        ["-c", beginning(hidden) + common + further]
    }

    /// The shell's variables with what commands must not know.
    ///
    /// One that the image's environment has too would be handed on to commands.
    private static let secrets = ["mark", "won", "lost", "rest"]

    private static func beginning(_ hidden: [String]) -> String {
        let engines = ["HOME", "HOSTNAME", "OLDPWD", "PATH", "SHLVL", "TERM", "USER", "container"]
        let names = Set(hidden.filter(ShellText.isName) + engines + secrets)
            .subtracting(ShellText.namesReadOnlyInBash).sorted()
        return """
            set +a +x
            unset \(names.joined(separator: " "))
            PATH=\(BuildEnvironment.standardPath)
            umask 022
            questions=\(questions)
            directory=\(directory)

            """
    }

    /// What all listeners know.
    ///
    /// `say` tells the runner something; `here` tells it the process's number, so that it is spared
    /// when the build's processes are ended; `work` takes lines of
    /// `run NUMBER WON LOST START OUTPUT WORD...`.
    private static let common = #"""
        IFS= read -r mark || exit
        exec 3<&0 4>&1 </dev/null
        say() { printf '\036%s %s\n' "$mark" "$*" >&4; }
        here() { read -r me rest </proc/self/stat; say here "$1" "$me"; }
        work() {
            trap : TERM INT HUP
            here work
            while read -r verb number won lost start output words; do
                (
                    cd "$start" || cd /
                    eval "set -- $words"
                    case $output in
                    -) exec "$@" >&4 2>&1 3<&- 4>&- </dev/null ;;
                    *) exec "$@" 2>&4 >"$output" 3<&- 4>&- </dev/null ;;
                    esac
                )
                status=$?
                case $status in
                0) say done "$number" "$won" 0 ;;
                *) say done "$number" "$lost" "$status" ;;
                esac
            done
        }

        """#

    /// The function `hand NUMBER OWNER`, which gives what other users than NUMBER own in the sources and
    /// in the build's private directory to OWNER, `user:group`.
    ///
    /// An image without `find` changes all files, which costs the next save of the cache some reading.
    static let handing = """
        hand() {
            if command -v find >/dev/null; then
                find \(BuildRequest.fixedRoot) \(directory) -xdev ! -user "$1" -exec chown -h "$2" {} +
            else
                chown -hR "$2" \(BuildRequest.fixedRoot) \(directory)
            fi 2>/dev/null
        }

        """

    /// What only the first one knows.
    ///
    /// `signal` sends a signal to all processes but the listeners, or with 0 only looks for them;
    /// `hand` says who gets the files of other users when the input ends, be it that the build was
    /// killed.
    /// `ask` passes on what programs ask. Git takes sources for safe whose owner is not the container's
    /// root: the build runs what is in them anyway.
    private static let first =
        handing + #"""
            keep=1
            owner=
            signal() {
                found=0
                for process in /proc/[0-9]*; do
                    process=${process#/proc/}
                    case " $keep " in *" $process "*) continue ;; esac
                    kill -"$1" "$process" 2>/dev/null && found=1
                done
            }
            hear() {
                trap : TERM INT HUP
                here hear
                while read -r verb word rest <&3; do
                    case $verb in
                    run) printf 'run %s %s\n' "$word" "$rest" ;;
                    spare) keep="$keep $word" ;;
                    hand) owner="$word $rest" ;;
                    signal)
                        signal "$word"
                        say signalled "$found"
                        ;;
                    kill) signal "$word" ;;
                    answer)
                        [ ! -p "$questions/$word" ] ||
                            cat "$directory/answers/$word" 1<>"$questions/$word"
                        ;;
                    esac
                done
                signal KILL
                [ -z "$owner" ] || hand $owner
                for process in $keep; do
                    [ "$process" = 1 ] || [ "$process" = "$me" ] || kill -KILL "$process"
                done
            }
            ask() {
                exec 5<>"$questions/ask" 3<&-
                here ask
                while IFS= read -r line <&5; do say ask "$line"; done
            }
            trap : TERM INT HUP
            : >"$directory/owner"
            (printf '[safe]\n\tdirectory = *\n' >>/etc/gitconfig) 2>/dev/null
            cat /etc/passwd >"$directory/passwd" 2>/dev/null
            chmod 622 /proc/self/fd/4 2>/dev/null
            mkdir -p "$questions" && chmod 733 "$questions" &&
                mkfifo "$questions/ask" && chmod 622 "$questions/ask" && ask &
            hear | {
                trap : TERM INT HUP
                here watch
                (work)
                say gone
            }

            """#

    private static let further = """
        work <&3

        """
}
