internal import BuildspecFiles

/// The small object that binds a key to a manifest; a save writes it last, as its commit point.
///
/// It is checksummed text with a keyword and a value on each line.
struct KeyRecord: Sendable, Equatable {
    /// The name of the builds that share the entry.
    var scope: String
    /// The exact key; `nil` for the scope's default entry.
    var key: String?
    /// The canonical path set.
    var paths: [String]
    /// The digest of the manifest's stored bytes.
    var manifest: ContentDigest
    var codec: Codec
    /// The digest of the stored bytes of the manifest's base; `nil` if the manifest is not a delta.
    var base: ContentDigest?
    /// The digest of the stored bytes of the record of source times; `nil` for most entries.
    var sources: ContentDigest?
    /// When the entry was saved, in nanoseconds since 1970.
    var saved: Int64
    /// The number of regular files, hard links included.
    var files: Int
    /// The entry's content bytes.
    var bytes: UInt64
    /// The stored bytes of all packs that the entry refers to.
    var stored: UInt64
    /// The number of files that the save could not read; the key's next save replaces the entry.
    var leftOut = 0
    /// The program that wrote the record.
    var writer: String
    /// The inputs of the key, for people only: nothing depends on them.
    var inputs: KeyInputs?
    /// The signature, in a record that was read.
    var signature: RecordSignature?

    var manifestName: String { StoreLayout.manifest(manifest, codec) }
    /// The names of the manifest, its base and the record of source times.
    var manifestNames: [String] { [manifestName] + [baseName, sourcesName].compactMap { $0 } }
    var baseName: String? { base.map { StoreLayout.manifest($0, codec) } }
    var sourcesName: String? { sources.map { StoreLayout.manifest($0, codec) } }

    /// The entry's name in messages.
    var title: String {
        (key.map { "the entry '\($0)'" } ?? "the default entry") + " of '\(scope)'"
    }

    /// The digest of a path set's canonical form, which identifies the path set.
    static func version(ofPaths paths: [String]) -> ContentDigest {
        ContentDigest(of: Array(paths.joined(separator: "\n").utf8))
    }

    var name: String {
        StoreLayout.record(scope: scope, key: key, version: KeyRecord.version(ofPaths: paths))
    }

    func encode() -> [UInt8] { ChecksummedText.encode(body: body) }

    /// Encodes the record, signed with `key` if there is one.
    func encode(signedBy key: SigningKey?) throws(CacheError) -> [UInt8] {
        guard let key else { return encode() }
        return ChecksummedText.encode(body: try RecordSignature.appended(to: body, by: key))
    }

    private var body: [UInt8] {
        var lines = ["buildspec-key 1", "scope \(KeyRecord.escape(scope))"]
        if let key { lines.append("key \(KeyRecord.escape(key))") }
        lines += paths.map { "path \(KeyRecord.escape($0))" }
        lines += ["manifest \(manifest.hex)", "codec \(codec.rawValue)"]
        if let base { lines.append("base \(base.hex)") }
        if let sources { lines.append("sources \(sources.hex)") }
        lines += ["saved \(saved)", "files \(files)", "bytes \(bytes)", "stored \(stored)"]
        if leftOut > 0 { lines.append("left-out \(leftOut)") }
        lines.append("writer \(KeyRecord.escape(writer))")
        lines += (inputs?.lines ?? []).map { "\($0.keyword) \(KeyRecord.escape($0.value))" }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// Decodes a record from bytes that need not be trusted.
    static func decode(_ bytes: [UInt8]) throws(CacheError) -> KeyRecord {
        let damaged = CacheError.damaged("the key record is damaged")
        guard let body = ChecksummedText.body(of: bytes) else { throw damaged }
        var fields: [Substring: [String]] = [:]
        for bytes in body.split(separator: newline) {
            let line = String(decoding: bytes, as: UTF8.self)
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = PercentEscape.decode(parts[1]) else {
                throw damaged
            }
            fields[parts[0], default: []].append(value)
        }
        guard fields["buildspec-key"] == ["1"] else {
            throw .damaged("the key record has a version that this program does not know")
        }
        guard var record = KeyRecord(fields) else { throw damaged }
        record.signature = try RecordSignature.find(
            in: body,
            signers: fields["signer"] ?? [],
            signatures: fields["signature"] ?? []
        )
        return record
    }

    /// Escapes the characters that would end a line.
    private static func escape(_ text: String) -> String {
        PercentEscape.encode(text) { !"%\n\r".utf8.contains($0) }
    }
}

extension KeyRecord {
    private init?(_ fields: [Substring: [String]]) {
        guard let scope = fields["scope"]?.first, let paths = fields["path"],
            let manifest = fields["manifest"]?.first.flatMap({ ContentDigest(hex: $0.utf8) }),
            let codec = fields["codec"]?.first.flatMap(Codec.init(rawValue:)),
            let saved = fields["saved"]?.first.flatMap({ Int64($0) }),
            let files = fields["files"]?.first.flatMap({ Int($0) }),
            let bytes = fields["bytes"]?.first.flatMap({ UInt64($0) }),
            let stored = fields["stored"]?.first.flatMap({ UInt64($0) }),
            // Readers refuse a manifest with more.
            (0...Limits.entries).contains(files), bytes <= Limits.content, stored <= Limits.content
        else { return nil }
        self.init(
            scope: scope,
            key: fields["key"]?.first,
            paths: paths,
            manifest: manifest,
            codec: codec,
            saved: saved,
            files: files,
            bytes: bytes,
            stored: stored,
            writer: fields["writer"]?.first ?? ""
        )
        if let text = fields["left-out"]?.first {
            guard let count = Int(text), count >= 0 else { return nil }
            leftOut = count
        }
        inputs = KeyInputs(fields)
        func digest(_ keyword: Substring) -> ContentDigest?? {
            guard let text = fields[keyword]?.first else { return .some(nil) }
            return ContentDigest(hex: text.utf8)
        }
        guard let base = digest("base"), let sources = digest("sources") else { return nil }
        (self.base, self.sources) = (base, sources)
    }
}

extension PathSet {
    /// The digest of the declared paths, which identifies the set in names of records and indexes.
    var version: ContentDigest { KeyRecord.version(ofPaths: canonicalTexts) }
}
