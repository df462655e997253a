internal import ArgumentParser
internal import BuildspecModel

/// `buildspec schema`.
struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of buildspec files, for editors.",
        discussion: """
            The schema is draft-07. It means the same in draft 2020-12. For the YAML extension of an \
            editor, write the schema to a file, and name that file in the first line of a buildspec:

              # yaml-language-server: $schema=buildspec.schema.json

            \(ExitStatus.help([.success, .usage]))
            """
    )

    func run() {
        StandardStream.output.write(KeyTable.jsonSchema())
    }
}
