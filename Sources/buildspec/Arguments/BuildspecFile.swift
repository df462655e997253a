internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// The buildspec of a source tree: found, read, and explained if it cannot be used.
struct BuildspecFile {
    /// What CodeBuild looks for.
    static let standardName = "buildspec.yml"

    /// The path as messages show it.
    var name: String
    /// Its bytes.
    var text: [UInt8]
    /// What it says.
    var buildspec: Buildspec

    /// Finds and reads it, prints what is wrong with it.
    ///
    /// - Parameters:
    ///   - path: what the user named, from the source root as on CodeBuild; `nil` is the standard name.
    ///   - source: the source root as the user named it.
    ///   - redactor: what hides secrets in findings, given what the buildspec declares.
    ///   - refused: called with the file's name and CodeBuild's message before an error is thrown.
    /// - Throws: `ExitCode` 2 when it cannot be used.
    init(
        _ path: String?,
        source: String,
        hidingBy redactor: (Buildspec) -> Redactor,
        refused: (_ name: String, _ message: String) -> Void = { _, _ in }
    ) throws {
        let place = BuildspecFile.place(of: path ?? BuildspecFile.standardName, in: source)
        name = place.string
        do {
            text = try BuildspecFile.read(place, named: path)
        } catch {
            refused(name, "YAML file does not exist")
            throw error
        }
        let result = Buildspec.parse(text)
        let redactor = redactor(result.buildspec ?? Buildspec(version: .v02))
        DiagnosticOutput.print(result.diagnostics, of: name, text: text, hidingBy: redactor)
        let error = result.diagnostics.first { $0.severity == .error }
        guard let buildspec = result.buildspec, error == nil else {
            refused(name, redactor.redacting(error.map(BuildspecFile.codeBuildMessage) ?? ""))
            throw ExitStatus.buildspecInvalid.exitCode
        }
        self.buildspec = buildspec
    }

    /// What CodeBuild says of an error, or our words for it.
    private static func codeBuildMessage(_ error: Diagnostic) -> String {
        let mark = "YAML_FILE_ERROR Message: "
        guard let text = error.codeBuild, text.hasPrefix(mark) else { return error.message }
        return String(text.dropFirst(mark.count))
    }

    /// Where it is; source: CodeBuild guide, "Buildspec file name and storage location".
    static func place(of path: String = standardName, in source: String) -> FilePath {
        source == "." ? FilePath(path) : FilePath(source).pushing(FilePath(path))
    }

    private static func read(_ path: FilePath, named name: String?) throws -> [UInt8] {
        do {
            guard !Host.isDirectory(path) else { throw Errno.isDirectory }
            return try Host.read(path)
        } catch {
            let reason = "cannot be read: \(error)"
            let message =
                if let name {
                    missingNamed(path, name) ?? reason
                } else {
                    missingStandard(path) ?? reason
                }
            DiagnosticOutput.print(error: message, of: path.string)
            throw ExitStatus.buildspecInvalid.exitCode
        }
    }

    private static func missingStandard(_ path: FilePath) -> String? {
        guard !Host.exists(path) else { return nil }
        var other = path
        other.extension = "yaml"
        if Host.exists(other) {
            return
                "there is only a 'buildspec.yaml', which CodeBuild does not look for; rename it or "
                + "name it with '--buildspec \(other.lastComponent?.string ?? "")'"
        }
        return "there is no buildspec; create one or name one with '--buildspec'"
    }

    private static func missingNamed(_ path: FilePath, _ name: String) -> String? {
        guard !Host.exists(path) else { return nil }
        let other = FilePath(name)
        guard other.isRelative, other != path, Host.exists(other) else {
            return "there is no such file"
        }
        let absolute = Host.currentDirectory().pushing(other).lexicallyNormalized()
        return
            "there is no such file; '--buildspec' counts from the source root, and '\(name)' is in the"
            + " current directory: name it with '--buildspec \(absolute)'"
    }
}
