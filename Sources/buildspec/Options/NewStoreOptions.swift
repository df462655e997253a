internal import ArgumentParser

/// How a directory becomes a store; every command that has one takes it.
struct NewStoreOptions: ParsableArguments {
    @Flag(
        help: """
            Take a directory as a store although it has other files in it; they stay as they are.
            """
    )
    var initStore = false

    @Flag(
        help: """
            Let the whole group of its directory use a store that is made now, and not its maker alone; \
            with a directory in --remote, that one. A store that is there keeps its modes.
            """
    )
    var sharedStore = false
}
