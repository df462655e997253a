internal import ArgumentParser

/// The options that make a directory a store, for all commands that have a store.
struct NewStoreOptions: ParsableArguments {
    @Flag(help: "Make a directory with other files a store. The other files stay unchanged.")
    var initStore = false

    @Flag(
        help: """
            Make a new store usable by the group of its directory: the directory of --remote, else the \
            local store. An existing store keeps its modes.
            """
    )
    var sharedStore = false
}
