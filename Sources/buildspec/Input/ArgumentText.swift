internal import ArgumentParser

/// The arguments as they were before they became text.
enum ArgumentText {
    /// Refuses bytes that are no UTF-8.
    ///
    /// Where those were, an argument has replacement characters: two keys could become one, and a
    /// name or glob means no file that is there.
    static func requireUTF8() throws {
        for (place, argument) in CommandLine.arguments.enumerated().dropFirst() {
            guard CommandLine.argc > place, let bytes = unsafe CommandLine.unsafeArgv[place],
                unsafe String(validatingCString: bytes) == nil
            else { continue }
            throw ValidationError(
                "argument \(place), '\(argument.oneLine)', is not UTF-8; in a glob, '*' stands for "
                    + "bytes that are not"
            )
        }
    }
}
