import BuildspecCache
import BuildspecFiles
import BuildspecModel
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// Evaluation of cache keys and paths, and warnings about them.
///
/// CodeBuild guide, "Cache builds in Amazon S3": key, fallback-keys.
@Suite(.timed, .timeLimit(.minutes(1)))
struct CacheKeyTests {
    private func build(
        key: String,
        fallback: [String] = [],
        paths: [String] = ["kept"],
        shell: String? = nil
    ) throws -> TestBuild {
        var build = try TestBuild(build: ["mkdir -p kept; touch kept/x"], shell: shell)
        build.buildspec.cache = CacheSection(
            paths: located(paths),
            key: Located(text: key),
            fallbackKeys: located(fallback)
        )
        build.buildspec.env.variables = [
            EnvVariable(name: "EMPTY", value: Located(text: "")),
            EnvVariable(name: "NAME", value: Located(text: "value")),
        ]
        build.request.cache = BuildCache(directory: build.state.file("cache"))
        build.request.project = "p"
        return build
    }

    private func keys(_ build: TestBuild) async throws -> [String?] {
        try await BuildCache(directory: build.state.file("cache")).entries().entries.map(\.key)
    }

    @Test(arguments: [
        ("a-$(false)-b", "$(false)", 1), ("$(false)$(true)", "$(false)", 1),
        ("a-$(exit 7)-$(echo b)", "$(exit 7)", 7), ("a-`false`-b", "`false`", 1),
        ("a-$(cat nothing)", "$(cat nothing)", 1), ("\"$(false)\"x", "$(false)", 1),
        ("${NOT:-$(false)}x", "$(false)", 1), ("$(echo \"$(true)\"; false)-x", nil, 1),
        ("b-$(sed 's#a#b#' gone)-$(echo x)", "$(sed 's#a#b#' gone)", 2),
        (
            "$(cat gone; echo ${NAME#g} >/dev/null; false)-$(echo x)",
            "$(cat gone; echo ${NAME#g} >/dev/null; false)", 1
        ),
        ("`cat \\gone`-$(echo x)", "`cat \\gone`", 1),
        ("$(case a in a) false;; esac)-$(echo x)", "$(case a in a) false;; esac)", 1),
        (
            "$(case a in (b|esac) ;; *) case b in b) (exit 3) ;; esac;; esac)-$(echo x)",
            "$(case a in (b|esac) ;; *) case b in b) (exit 3) ;; esac;; esac)", 3
        ),
        ("$(cat <<E; false\n)\nE\n)-$(echo x)", "$(cat <<E; false\n)\nE\n)", 1),
        ("$((1 << 2))$(false)-$(echo x)", "$(false)", 1),
        ("$(( $(false) + 1 ))-$(echo x)", "$(false)", 1),
        ("$(echo ${NAME%)}; false)-$(echo x)", "$(echo ${NAME%)}; false)", 1),
        ("$(echo `echo ')'`; false)-$(echo x)", "$(echo `echo ')'`; false)", 1),
        ("$(true # )\nfalse)-$(echo x)", "$(true # )\nfalse)", 1),
        ("k-$(set -e; cat gone; echo x)", "$(set -e; cat gone; echo x)", 1),
    ])
    func `a failing command in a cache key is named, and the key is not used`(
        key: String,
        command: String?,
        status: Int
    ) async throws {
        for shell in Shells.all {
            let build = try build(key: key, shell: shell)
            let result = try await build.run()
            #expect(result.state == .succeeded)
            let named = command ?? "$(echo \"$(true)\"; false)"
            let warning = try #require(build.sink.warnings.first)
            #expect(
                warning.hasPrefix(
                    "cache not used: the cache key '\(key)' cannot be evaluated: '\(named)' ended with "
                        + "status \(status)"
                )
            )
            #expect(warning.contains("gone") == key.contains("gone"), "the command's own message")
            #expect(build.sink.warnings.count == 1)
            #expect(try await keys(build).isEmpty)
        }
    }

    @Test(arguments: [
        ("k-$(echo a)-`echo b`", "k-a-b"), ("k-$((1 + 2))", "k-3"), ("k-${NOT:-d}", "k-d"),
        ("k-$(echo \")\" | tr -d x)", "k-)"), ("k-\\$NAME", "k-$NAME"),
        ("k-\\$(false)", "k-$(false)"),
        ("k-$(case a in a) echo c;; esac)", "k-c"), ("k-$(false || echo no)", "k-no"),
        ("k-$(printf 'a b' # $(false)\n)", "k-a b"), ("k-\"'$NAME'\"", "k-\"'value'\""),
        ("k-$()x", "k-x"), ("k-$(cat <<E\n)$NAME\nE\n)", "k-)value"), ("k\\", "k\\"),
        ("k-`printf '\\$NAME'`", "k-$NAME"), ("k-`echo \\`echo a\\``", "k-a"),
        ("k-${NOT:-\"}\"}-$(echo x)", "k-}-x"), ("k-$(( (1 << 2) + 1 ))", "k-5"),
        ("k-$(echo ${NAME#v})${#NAME}", "k-alue5"), ("k\" touch pwned \"", "k\" touch pwned \""),
        ("k-${NAME}$(echo '$(false)')", "k-value$(false)"), ("k-$(echo 'it'\\''s')", "k-it's"),
        // A command that sets, tests or handles what it uses causes no warning.
        ("k-$(X=1; echo $X)", "k-1"), ("k-$(for v in a b; do printf $v; done)", "k-ab"),
        ("k-$(echo a | { read v w; echo $v$w; })", "k-a"),
        ("k-$(set -- a; echo $1$#$?; : $$)", "k-a10"),
        ("k-$([ -n \"$CI_X\" ] && echo ci || echo no)", "k-no"),
        ("k-$(eval Y=1; echo $Y)", "k-1"), ("k-$(echo \"$(echo a | awk '{print $NF}')\")", "k-a"),
        ("k-$(cat gone || echo none)", "k-none"), ("k-$(echo ${X:-$Y}a ${Z=b})", "k-a b"),
    ])
    func `the shell evaluates a cache key`(key: String, value: String) async throws {
        for shell in Shells.all {
            let build = try build(key: key, shell: shell)
            #expect(try await build.run().state == .succeeded)
            #expect(build.sink.warnings == [])
            #expect(try await keys(build) == [value])
        }
    }

    @Test(arguments: [
        ("k-$NEVER", "k-", "'NEVER' is"), ("k-${NEVER}-$NAME", "k--value", "'NEVER' is"),
        ("k-$A$NEVER$A", "k-", "'A', 'NEVER' are"), ("k-${NEVER%.*}", "k-", "'NEVER' is"),
        ("k-${#NEVER}", "k-0", "'NEVER' is"), ("k-${NEVER##*/}", "k-", "'NEVER' is"),
        ("k-$(echo 'a#b')-$NEVER", "k-a#b-", "'NEVER' is"),
        ("k-$(case a in a) echo c;; esac)-$NEVER", "k-c-", "'NEVER' is"),
        ("k-$(echo $NEVER | tr / -)", "k-", "'NEVER' is"),
        ("k-$(echo ${NEVER})", "k-", "'NEVER' is"), ("k-`echo $NEVER`", "k-", "'NEVER' is"),
        ("k-$(X=1; echo $X-$NEVER)", "k-1-", "'NEVER' is"),
        ("k-$(echo \"$(find . -name \"$NEVER\")\")$A", "k-", "'NEVER', 'A' are"),
    ])
    func `an unset variable in a cache key is named in a warning`(
        key: String,
        value: String,
        names: String
    ) async throws {
        let build = try build(key: key)
        _ = try await build.run()
        #expect(
            build.sink.warnings == [
                "cache key '\(key)' is '\(value)': \(names) not set before INSTALL"
            ]
        )
        #expect(try await keys(build) == [value])
    }

    @Test(arguments: ["$(cat lock", "${X", "`cat lock", "$(if)", "k-${NEVER:?must}", "`if`"])
    func `a key that the shell cannot expand is skipped with the shell's message`(
        broken: String
    ) async throws {
        for shell in Shells.all {
            let build = try build(key: "good", fallback: [broken, "none-"], shell: shell)
            _ = try await build.run()
            let start = "cache fallback key '\(broken)' is skipped: it cannot be evaluated: "
            let warning = try #require(build.sink.warnings.first)
            #expect(build.sink.warnings.count == 1 && warning.hasPrefix(start), "\(warning)")
            let reason = String(warning.dropFirst(start.count))
            #expect(!reason.contains(".sh: ") && !reason.contains("status"), "\(reason)")
            #expect(broken.hasPrefix("k-") == (reason == "NEVER: must"))
            #expect(try await keys(build) == ["good"])
            let other = try self.build(key: broken, shell: shell)
            _ = try await other.run()
            #expect(
                other.sink.warnings == [
                    "cache not used: the cache key '\(broken)' cannot be evaluated: \(reason)"
                ]
            )
        }
    }

    @Test(arguments: [
        ("k-$(cat gone | cut -c1-8)", "k-", true),
        ("k-$(cat gone | wc -c | tr -d ' ')", "k-0", true),
        ("k-$(X=$(cat gone); echo $X)", "k-", true), ("k-$(echo a $(cat gone))", "k-a", true),
        ("k-`cat gone | cut -c1-8`-$NAME", "k--value", true),
        ("k-$(cat gone 2>/dev/null | cut -c1-8)", "k-", false), ("\"k\"$(true)", "\"k\"", false),
    ])
    func `a command that fails in a cache key with status 0 causes a warning`(
        key: String,
        value: String,
        hasMessage: Bool
    ) async throws {
        for shell in Shells.all {
            let build = try build(key: key, shell: shell)
            _ = try await build.run()
            let reason =
                hasMessage
                ? " wrote to standard error: cat: gone: "
                : "no command in it prints anything, so every build has the same key"
            let warning = try #require(build.sink.warnings.first)
            #expect(build.sink.warnings.count == 1)
            #expect(warning.hasPrefix("cache key '\(key)' is '\(value)': "), "\(warning)")
            #expect(warning.contains(reason), "\(warning)")
            #expect(try await keys(build) == [value])
        }
    }

    @Test func `a file that bash reads in a cache key counts as a command`() async throws {
        guard let bash = Shells.all.first(where: { $0.hasSuffix("bash") }) else { return }
        let failing = try build(key: "$(<gone)-$(echo x)", shell: bash)
        _ = try await failing.run()
        #expect(
            failing.sink.warnings == [
                "cache not used: the cache key '$(<gone)-$(echo x)' cannot be evaluated: '$(<gone)' "
                    + "ended with status 1: gone: No such file or directory"
            ]
        )
        let reading = try build(key: "$(<version)-$(echo x)", shell: bash)
        try reading.scratch.write("1.2\n", to: "version")
        _ = try await reading.run()
        #expect(try await keys(reading) == ["1.2-x"])
    }

    @Test func `shell variables and empty variables in a cache key count as set`() async throws {
        let build = try build(key: "k-$PWD$EMPTY")
        _ = try await build.run()
        #expect(build.sink.warnings == [])
    }

    @Test(arguments: [
        ("$NEVER", "is empty: 'NEVER' is not set before INSTALL"), ("$EMPTY", "is empty"),
        ("$(true)", "is empty"), ("", "is empty"), ("  ", "is empty"), ("$EMPTY ", "is empty"),
    ])
    func `a build with an empty cache key does not use the cache`(
        key: String,
        reason: String
    ) async throws {
        var build = try build(key: key)
        _ = try await build.run()
        #expect(build.sink.warnings == ["cache not used: the cache key '\(key)' \(reason)"])
        #expect(try await keys(build).isEmpty)
        build.request.strictCache = true
        #expect(try await build.run().state == .failed)
    }

    @Test(arguments: [
        ("$NEVER", "is empty: 'NEVER' is not set before INSTALL"), ("", nil), ("  ", nil),
        ("$EMPTY", "is empty"), ("$EMPTY ", "is empty"),
        ("k-$(false)", "cannot be evaluated: '$(false)' ended with status 1"),
    ])
    func `an empty fallback key is skipped with a warning`(
        fallback: String,
        reason: String?
    ) async throws {
        var build = try build(key: "other")
        _ = try await build.run()
        build.buildspec.cache?.key = Located(text: "new")
        build.buildspec.cache?.fallbackKeys = located([fallback, "none-"])
        let result = try await build.run()
        guard case .restored(let report) = result.restored, case .miss = report.outcome else {
            Issue.record("restored: \(result.restored)")
            return
        }
        // An empty text in the file is reported when the file is read.
        let warnings =
            reason.map { ["cache fallback key '\(fallback)' is skipped: it \($0)"] } ?? []
        #expect(build.sink.warnings == warnings)
        #expect(try await Set(keys(build)) == ["other", "new"])
    }

    @Test(arguments: [
        "$EMPTY/**/*", "${EMPTY}/x", "kept/$EMPTY/**/*", "$EMPTY", "$EMPTY**/*", "{$EMPTY,a}/x",
        "$EMPTY*/x",
    ])
    func `a cache path that an empty variable would change is left out`(path: String) async throws {
        let build = try build(key: "k", paths: [path, "kept"])
        _ = try await build.run()
        #expect(
            build.sink.warnings == [
                "cache path '\(path)' is left out: 'EMPTY' is empty before INSTALL, and without it the "
                    + "path is another one"
            ]
        )
        let entry = try await BuildCache(directory: build.state.file("cache")).entries().entries[0]
        #expect(entry.paths == ["./kept"])
    }

    @Test func `a cache path can have an empty variable as a part of a name`() async throws {
        let build = try build(key: "k", paths: ["kept$EMPTY"])
        _ = try await build.run()
        #expect(build.sink.warnings == [])
    }

    @Test func `an artifact path that an empty variable would change fails the artifacts`()
        async throws
    {
        for (base, files) in [(nil, "$EMPTY/**/*"), (nil, "$NEVER/**/*"), ("$EMPTY", "x")] {
            var build = try build(key: "k")
            build.buildspec.artifacts = ArtifactsSection(
                primary: ArtifactSet(
                    files: located([files]),
                    baseDirectory: base.map { Located(text: $0) }
                )
            )
            build.request.artifactsDirectory = build.scratch.path.appending("out")
            let result = try await build.run()
            let path = base ?? files
            let name = path.contains("NEVER") ? "NEVER" : "EMPTY"
            #expect(
                result.artifacts.failure
                    == "'\(name)' in '\(path)' is empty or not set, and without it the path is another "
                    + "one"
            )
        }
    }
}
