import BuildspecFiles
import BuildspecModel
import BuildspecReports
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// CodeBuild guide, "Discover reports automatically".
@Suite(.timed, .timeLimit(.minutes(1)))
struct ReportDiscoveryTests {
    private static let junit = "echo '<testsuite name=\"s\"><testcase name=\"a\"/></testsuite>' >"

    private func discovered(_ commands: [String]) async throws -> [String: Int] {
        let result = try await TestBuild(build: commands).run()
        #expect(result.state == .succeeded)
        #expect(!result.reports.groups.contains { !$0.isDiscovered })
        return Dictionary(
            uniqueKeysWithValues: result.reports.groups.map { ($0.name, $0.files) }
        )
    }

    @Test func `report files of one format become one report`() async throws {
        let found = try await discovered([
            "mkdir -p deep .git",
            "\(Self.junit) a.xml", "\(Self.junit) deep/b.xml", "\(Self.junit) .git/c.xml",
            "\(Self.junit) named.txt", "echo '<project/>' > pom.xml", "echo '{}' > package.json",
            "printf 'SF:a.c\\nDA:1,1\\nend_of_record\\n' > lcov.info",
        ])
        #expect(found == ["JUNITXML-AutoDiscovered": 2, "LCOV-AutoDiscovered": 1])
    }

    @Test func `variables that the build sets turn the search off or narrow it`() async throws {
        let write = ["mkdir -p out", "\(Self.junit) a.xml", "\(Self.junit) out/b.xml"]
        let off = try await discovered(write + ["export CODEBUILD_CONFIG_AUTO_DISCOVER=false"])
        #expect(off == [:])
        let narrow = try await discovered(
            write + ["export CODEBUILD_CONFIG_AUTO_DISCOVER_DIR='out/*xml'"]
        )
        #expect(narrow == ["JUNITXML-AutoDiscovered": 1])
    }

    @Test func `files that the build did not write are not discovered`() async throws {
        let found = try await discovered([
            "\(Self.junit) a.xml", "touch -d 2020-01-01 a.xml", "\(Self.junit) b.xml",
        ])
        #expect(found == ["JUNITXML-AutoDiscovered": 1])
    }

    @Test func `a discovered file that cannot be read is left out with a warning`() async throws {
        let build = try TestBuild(build: ["echo '<testsuite><' > a.xml"])
        let result = try await build.run()
        #expect(result.state == .succeeded)
        #expect(result.reports.groups.map(\.unreadable) == [1])
        #expect(result.reports.groups.map(\.report) == [nil])
        let path = build.scratch.path.appending("a.xml")
        #expect(
            build.sink.warnings.contains {
                $0.hasPrefix("a discovered report is left out: \(path):")
            }
        )
    }

    @Test func `a link is not discovered`() async throws {
        let commands = [
            "mkdir -p real", "\(Self.junit) real/a.xml", "ln -s real linked",
            "ln -s real/a.xml b.xml",
        ]
        for pattern in ["**/*", "*.xml", "**/*.xml"] {
            let found = try await discovered(
                commands + ["export CODEBUILD_CONFIG_AUTO_DISCOVER_DIR='\(pattern)'"]
            )
            #expect(found == (pattern == "*.xml" ? [:] : ["JUNITXML-AutoDiscovered": 1]))
        }
    }

    @Test func `a declared file is not discovered again`() async throws {
        let build = try TestBuild(
            yaml: """
                version: 0.2
                phases:
                  build:
                    commands:
                      - \(Self.junit) a.xml
                      - \(Self.junit) b.xml
                reports:
                  unit:
                    files: a.xml
                """
        )
        let groups = try await build.run().reports.groups
        #expect(groups.map(\.name) == ["unit", "JUNITXML-AutoDiscovered"])
        #expect(groups.map(\.files) == [1, 1])
    }

    @Test func `a pattern without a report gets a warning`() async throws {
        let build = try TestBuild(
            build: [
                "mkdir out", "\(Self.junit) out/a.xml",
                "export CODEBUILD_CONFIG_AUTO_DISCOVER_DIR=other",
            ]
        )
        #expect(try await build.run().reports.groups == [])
        #expect(
            build.sink.warnings.contains(
                "no report matches 'other' of 'CODEBUILD_CONFIG_AUTO_DISCOVER_DIR'"
            )
        )
    }

    @Test func `a pattern whose variable is empty searches nothing`() async throws {
        let build = try TestBuild(
            build: ["export CODEBUILD_CONFIG_AUTO_DISCOVER_DIR='$NONE/**/*'"]
        )
        _ = try await build.run()
        #expect(
            build.sink.warnings.contains {
                $0.hasPrefix("reports are not discovered: 'NONE' in '$NONE/**/*' is empty")
            }
        )
    }

    @Test(.enabled(if: isRoot))
    func `a file outside of the sources is not discovered in a build with 'run-as'`() async throws {
        let closed = try TemporaryDirectory()
        try closed.write("<testsuite><testcase name='secret'/></testsuite>", to: "a.xml")
        try closed.file("a.xml").setModified(FileTime(seconds: 4_000_000_000, nanoseconds: 1))
        for pattern in [
            "\(closed.path)/*.xml", "../\(closed.path.lastComponent?.string ?? "")/**/*",
        ] {
            let build = try TestBuild(
                runAs: "nobody",
                [
                    .build: Phase(
                        as: nil,
                        ["export CODEBUILD_CONFIG_AUTO_DISCOVER_DIR='\(pattern)'"]
                    )
                ]
            )
            #expect(try await build.run().reports.groups == [])
        }
    }
}
