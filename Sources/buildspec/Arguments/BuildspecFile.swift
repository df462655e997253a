internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// The buildspec file of a source root, and the request to build it.
struct BuildspecFile {
    /// The name that CodeBuild uses by default.
    static let standardName = "buildspec.yml"

    /// The path for messages.
    var name: String
    var text: [UInt8]
    var buildspec: Buildspec
    /// The build that the command's options request.
    var request: BuildRequest

    /// Finds and reads a file, and prints its findings; throws exit status 2 if it cannot be used.
    ///
    /// The redactor of the made request hides the buildspec's secrets in findings. `onFailure` is
    /// called with the file's name and CodeBuild's message before an error is thrown.
    init(
        _ options: SourceOptions,
        requesting makeRequest: (Buildspec) -> BuildRequest,
        onFailure: (_ name: String, _ message: String) -> Void = { _, _ in }
    ) throws {
        let path = options.buildspec
        let file = BuildspecFile.path(of: path ?? BuildspecFile.standardName, in: options.source)
        name = file.string
        do {
            text = try BuildspecFile.read(file, named: path)
        } catch {
            onFailure(name, "YAML file does not exist")
            throw error
        }
        let result = Buildspec.parse(text)
        request = makeRequest(result.buildspec ?? Buildspec(version: .v02))
        let redactor = request.redactor
        DiagnosticOutput.print(result.diagnostics, of: name, text: text, hidingBy: redactor)
        let error = result.diagnostics.first { $0.severity == .error }
        guard let buildspec = result.buildspec, error == nil else {
            onFailure(name, redactor.redacting(error.map(BuildspecFile.codeBuildMessage) ?? ""))
            throw ExitStatus.buildspecInvalid.exitCode
        }
        self.buildspec = buildspec
    }

    /// CodeBuild's message for an error, or buildspec's if CodeBuild's is not known.
    private static func codeBuildMessage(_ error: Diagnostic) -> String {
        let prefix = "YAML_FILE_ERROR Message: "
        guard let text = error.codeBuild, text.hasPrefix(prefix) else { return error.message }
        return String(text.dropFirst(prefix.count))
    }

    /// Resolves a path relative to the source root.
    ///
    /// Source: CodeBuild guide, "Buildspec file name and storage location".
    static func path(of path: String = standardName, in source: String) -> FilePath {
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
                "there is only a 'buildspec.yaml', which CodeBuild does not use; rename the file, or "
                + "name it with '--buildspec \(other.lastComponent?.string ?? "")'"
        }
        return "there is no buildspec; create one, or name one with '--buildspec'"
    }

    private static func missingNamed(_ path: FilePath, _ name: String) -> String? {
        guard !Host.exists(path) else { return nil }
        let other = FilePath(name)
        guard other.isRelative, other != path, Host.exists(other) else {
            return "there is no such file"
        }
        let absolute = Host.currentDirectory().pushing(other).lexicallyNormalized()
        return
            "there is no such file; '--buildspec' is relative to the source root, and '\(name)' is in"
            + " the current directory: name it with '--buildspec \(absolute)'"
    }
}
