internal import SystemPackage

/// The shell script of an agent, which runs a build's commands in a container.
///
/// A process of the engine for every command would cost a quarter of a second (`podman exec`). So one
/// shell stays: requests come by its standard input, one line each; the commands' output and the agent's
/// messages go to its standard output. The script needs a POSIX shell and the few programs that every
/// image with a shell has, and nothing else: no `setsid`, no `setpriv`, no program of this project.
///
/// The container's first process is a shell that waits for two others. `hear` reads the requests and
/// never blocks for long. `work` runs one command after the other, in the foreground, because POSIX
/// shells make background commands ignore SIGINT. The first process also collects orphans while it waits.
///
/// When the input ends, also because the build was killed, `hear` ends the container. When a command has
/// killed `work`, the agent sends `gone`, and the build ends the container.
///
/// The agent's messages begin with a marker, and the end of a command has one of two tokens. All three
/// come by the standard input, the tokens with each command. So no arguments, environment or file contain
/// them, and a token is worthless after its use.
enum ContainerAgentScript {
    /// The build's private directory inside; CodeBuild keeps its script there too.
    static let directory: FilePath = "/codebuild/output/tmp"
    /// The directory of the named pipes by which programs inside send requests to the runner.
    ///
    /// It is not on a mounted file system, which may not support named pipes.
    static let requestDirectory: FilePath = "/codebuild/questions"

    /// Returns the arguments of `/bin/sh` for the container's first process.
    ///
    /// Commands must not inherit the image's variables, because a variable that a command unsets must stay
    /// unset.
    static func mainAgent(hiding hidden: [String]) -> [String] {
        ["-c", prologue(hidden) + common + main]
    }

    /// Returns the arguments of `/bin/sh` for an agent that runs commands as another user.
    static func userAgent(hiding hidden: [String]) -> [String] {
        ["-c", prologue(hidden) + common + user]
    }

    /// The shell variables whose values commands must not see.
    ///
    /// If the image had a variable of such a name, the shell would export the value to commands.
    private static let secrets = ["mark", "won", "lost", "rest"]

    private static func prologue(_ hidden: [String]) -> String {
        let engineVariables = [
            "HOME", "HOSTNAME", "OLDPWD", "PATH", "SHLVL", "TERM", "USER", "container",
        ]
        let names = Set(hidden.filter(ShellText.isName) + engineVariables + secrets)
            .subtracting(ShellText.namesReadOnlyInBash).sorted()
        return """
            set +a +x
            unset \(names.joined(separator: " "))
            PATH=\(BuildEnvironment.standardPath)
            umask 022
            questions=\(requestDirectory)
            directory=\(directory)

            """
    }

    /// The functions of all agents.
    ///
    /// `say` sends a message to the runner. `here` sends the process's number, so that signals to the
    /// build's processes exclude the process. `work` reads lines
    /// `run NUMBER SUCCESS-TOKEN FAILURE-TOKEN DIRECTORY OUTPUT WORD...`.
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

    /// The function `hand NUMBER OWNER`: in the sources and in the build's private directory, files of
    /// other users than NUMBER get the owner OWNER, `user:group`.
    ///
    /// Without `find` all files are changed, so that the next save of the cache reads more files.
    static let ownershipFunction = """
        hand() {
            if command -v find >/dev/null; then
                find \(BuildRequest.fixedSourceRoot) \(directory) -xdev ! -user "$1" -exec chown -h "$2" {} +
            else
                chown -hR "$2" \(BuildRequest.fixedSourceRoot) \(directory)
            fi 2>/dev/null
        }

        """

    /// The functions of the main agent.
    ///
    /// `signal` sends a signal to all processes except the agents', or with 0 only checks for processes.
    /// The request `hand` names the new owner of files for the end of the input, also because the build
    /// was killed. `ask` forwards the requests of programs.
    ///
    /// Git trusts sources whose owner is not the container's root, because the build runs their files
    /// anyway.
    private static let main =
        ownershipFunction + #"""
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

    private static let user = """
        work <&3

        """
}
