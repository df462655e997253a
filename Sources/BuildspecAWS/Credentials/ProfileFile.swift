/// The sections of a shared file of AWS's tools, `credentials` or `config`.
///
/// Source: AWS SDKs and tools reference guide, "Shared config and credentials files: format".
struct ProfileFile: Sendable, Equatable {
    /// The kind of file; only `config` has the word `profile` before the names of profiles.
    enum Kind: Sendable {
        case credentials
        case config
    }

    /// The properties of a section, and the properties nested below one of them.
    struct Section: Sendable, Equatable {
        var values: [String: String] = [:]
        var nested: [String: [String: String]] = [:]

        /// Merges another section, whose values win.
        mutating func merge(_ other: Section) {
            values.merge(other.values) { $1 }
            nested.merge(other.nested) { $0.merging($1) { $1 } }
        }
    }

    /// The fault of a line, without the line's text, which may be a secret.
    struct LineError: Error, Equatable {
        /// The number of the line, from 1.
        var line: Int
        var fault: String
    }

    private(set) var profiles: [String: Section] = [:]
    /// The `[services NAME]` sections of `config`: endpoints by service.
    private(set) var services: [String: Section] = [:]

    /// Parses the text of a file; the last value of a repeated property wins.
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
