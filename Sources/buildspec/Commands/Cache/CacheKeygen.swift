internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// `buildspec cache keygen`.
struct CacheKeygen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a key that signs cache entries.",
        discussion: """
            Writes the private key to a new file that only you can read, and prints the public key in \
            the form for a cache policy. An existing file is never overwritten. See docs/security.md.

            \(ExitStatus.help([.success, .usage]))
            """
    )

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Write the private key to this file.", valueName: "file")
    )
    var output = "buildspec-cache.key"

    func run() async throws {
        let state = StandardDirectories(Host.environment().variables).state
        try await OutputCheck(
            directories: [(state, "the state directory of 'buildspec'")]
        ).check([(output, "--output")])
        let key = SigningKey()
        do {
            let file = try FileDescriptor.open(
                FilePath(output),
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: .ownerReadWrite
            )
            do {
                _ = try file.closeAfter { try file.writeAll(Array(key.text.utf8)) }
            } catch {
                // An incomplete key is useless, and would prevent the next attempt from writing one.
                Host.remove(FilePath(output))
                throw error
            }
        } catch Errno.fileExists {
            throw ValidationError("--output: '\(output)' exists and is not overwritten")
        } catch {
            throw ValidationError("--output: cannot write '\(output)': \(error)")
        }
        StandardStream.error.write(
            "the private key is in '\(output)'; its id is \(key.publicKey.id)\n"
        )
        StandardStream.output.write(key.publicKey.text + "\n")
    }
}
