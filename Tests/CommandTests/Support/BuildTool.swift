import Subprocess
import Testing

/// A real build tool, and a small program in its language that prints 42.
///
/// The program prints the sum of a few functions, each in a file of one or two lines.
enum BuildTool: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case make
    case ninja
    case swiftPM
    case cargo

    var testDescription: String { rawValue }

    /// Returns the tools that this machine has.
    static func installed() async -> [BuildTool] {
        var tools: [BuildTool] = []
        for tool in allCases where await tool.isInstalled { tools.append(tool) }
        return tools
    }

    private var isInstalled: Bool {
        get async {
            let executable = Executable.name(program)
            return (try? await executable.resolveExecutablePath(in: .inherit)) != nil
        }
    }

    private var program: String {
        switch self {
        case .make: "make"
        case .ninja: "ninja"
        case .swiftPM: "swift"
        case .cargo: "cargo"
        }
    }

    /// The directory of all build outputs.
    var output: String {
        switch self {
        case .make, .ninja: "build"
        case .swiftPM: ".build"
        case .cargo: "target"
        }
    }

    /// The built program.
    var built: String {
        switch self {
        case .make, .ninja: "build/app"
        case .swiftPM: ".build/debug/app"
        case .cargo: "target/debug/app"
        }
    }

    /// A script that builds, and prints the sorted names of the compiled files.
    var build: String {
        let command =
            switch self {
            case .make: "make"
            case .ninja:
                "[ -f build/build.ninja ] || cmake -S . -B build -G Ninja >/dev/null; "
                    + "ninja -v -C build"
            case .swiftPM: "swift build"
            case .cargo: "cargo build --offline"
            }
        let names =
            switch self {
            case .make, .ninja: #"s/.* -c .*src\/\([a-z]*\)\.c.*/\1/p"#
            case .swiftPM: #"s/.*Compiling .* \([a-z]*\)\.swift$/\1/p"#
            case .cargo: #"s/.*Compiling \([a-z]*\) .*/\1/p"#
            }
        return "{ \(command); } >../log 2>&1 || { cat ../log; exit 1; }; "
            + "sed -n '\(names)' ../log | sort"
    }

    /// The name that the tool prints when it compiles `two`.
    var nameOfTwo: String { self == .cargo ? "app" : "two" }

    /// Returns the file of `two`, and its text with a value.
    func two(_ value: Int) -> (file: String, text: String) {
        switch self {
        case .make, .ninja: ("src/two.c", "int two(void) { return \(value); }\n")
        case .swiftPM: ("Sources/Numbers/two.swift", "public func two() -> Int { \(value) }\n")
        case .cargo: ("src/two.rs", "pub fn two() -> i32 { \(value) }\n")
        }
    }

    /// The other files.
    var files: [(file: String, text: String)] {
        switch self {
        case .make: BuildTool.sourcesOfC + [("Makefile", BuildTool.makefile)]
        case .ninja: BuildTool.sourcesOfC + [("CMakeLists.txt", BuildTool.cmakeLists)]
        case .swiftPM:
            [
                ("Package.swift", BuildTool.package),
                ("Sources/Numbers/one.swift", "public func one() -> Int { 40 }\n"),
                ("Sources/app/main.swift", "import Numbers\nprint(one() + two())\n"),
            ]
        case .cargo:
            [
                (
                    "Cargo.toml",
                    "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"
                ),
                ("src/one.rs", "pub fn one() -> i32 { 40 }\n"),
                (
                    "src/main.rs",
                    """
                    mod one; mod two;
                    fn main() { println!("{}", one::one() + two::two()); }

                    """
                ),
            ]
        }
    }

    private static let sourcesOfC = [
        ("include/base.h", "#define BASE 30\n"),
        ("src/one.c", "#include \"base.h\"\nint one(void) { return BASE; }\n"),
        ("src/ten.c", "int ten(void) { return 10; }\n"),
        (
            "src/main.c",
            """
            #include <stdio.h>
            int one(void); int two(void); int ten(void);
            int main(void) { printf("%d\\n", one() + two() + ten()); }

            """
        ),
    ]

    private static let makefile = """
        objects = build/main.o build/one.o build/two.o build/ten.o
        build/app: $(objects)
        \tcc -o $@ $(objects)
        build/%.o: src/%.c
        \t@mkdir -p build
        \tcc -Iinclude -MMD -MP -c -o $@ $<
        -include build/*.d

        """

    private static let cmakeLists = """
        cmake_minimum_required(VERSION 3.18)
        project(app C)
        add_executable(app src/main.c src/one.c src/two.c src/ten.c)
        target_include_directories(app PRIVATE include)

        """

    private static let package = """
        // swift-tools-version: 6.0
        import PackageDescription
        let package = Package(
            name: "app",
            targets: [
                .target(name: "Numbers"),
                .executableTarget(name: "app", dependencies: ["Numbers"]),
            ]
        )

        """
}
