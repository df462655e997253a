/// The sections of one shared file of AWS's tools, `credentials` or `config`.
///
/// Source: AWS SDKs and tools reference guide, "Shared config and credentials files: format".
struct ProfileFile: Sendable, Equatable {
    /// Which of the two it is: only `config` marks its profiles with the word `profile`.
    enum Kind: Sendable {
        case credentials
        case config
    }

    /// The properties of a section, and the properties nested below one of them.
    struct Section: Sendable, Equatable {
        var values: [String: String] = [:]
        var nested: [String: [String: String]] = [:]

        /// Lays another section over this one.
        mutating func merge(_ other: Section) {
            values.merge(other.values) { $1 }
            nested.merge(other.nested) { $0.merging($1) { $1 } }
        }
    }

    /// What is wrong with a line; never the line itself, which may be a secret.
    struct LineError: Error, Equatable {
        /// From 1.
        var line: Int
        var fault: String
    }

    private(set) var profiles: [String: Section] = [:]
    /// The `[services NAME]` sections of `config`: endpoints by service.
    private(set) var services: [String: Section] = [:]

    /// Reads a file's text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - kind: which of the two files it is.
    /// - Returns: its sections; of a property that is there twice, the last one.
    /// - Throws: the first line that is none of section, property, comment and empty.
    static func parse(_ text: String, _ kind: Kind) throws(LineError) -> ProfileFile {
        var reader = ProfileReader(kind)
        var number = 0
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for line in lines {
            number += 1
            do throws(ProfileReader.Fault) {
                try reader.read(number == 1 && line.hasPrefix("\u{FEFF}") ? line.dropFirst() : line)
            } catch {
                throw LineError(line: number, fault: error.text)
            }
        }
        return ProfileFile(profiles: reader.profiles, services: reader.services)
    }
}
