private import CYAML

/// One event of libyaml's parser.
struct YAMLEvent {
    /// The kind of an event.
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(Scalar)
        case sequenceStart(isFlow: Bool)
        case sequenceEnd
        case mappingStart(isFlow: Bool)
        case mappingEnd
    }

    var kind: Kind
    var anchor: String?
    /// The resolved tag of the node; a lone `!` stays `!`.
    var tag: String?
    /// The range, with the anchor and the tag.
    var range: SourceRange
}

/// A syntax error from libyaml.
struct YAMLProblem: Error, Equatable {
    /// libyaml's message, such as `did not find expected key`, which CodeBuild prints.
    var message: String
    /// The activity of libyaml, such as `while parsing a block mapping`.
    var context: String?
    /// Where libyaml stopped; `nil` if the text is not valid UTF-8 or UTF-16.
    var position: SourcePosition?
    /// Where the activity began.
    var contextPosition: SourcePosition?
    /// The byte that is not valid UTF-8 or UTF-16, or that is a control character.
    var byteOffset: Int?

    /// The first line of the token that could not be read, if the error is in a token.
    var scannerContextLine: Int? {
        context?.hasPrefix("while scanning") == true ? contextPosition?.line : nil
    }

    /// The line number that CodeBuild prints: libyaml's own, counted from 0.
    var zeroBasedLine: Int { (position?.line ?? 1) - 1 }
}

/// libyaml's event API over bytes in memory, usable only inside `withEvents`.
@safe struct EventStream: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Calls `body` with the events of a text; all C memory is freed before this returns.
    static func withEvents<Result>(
        of bytes: [UInt8],
        _ body: (borrowing EventStream) -> Result
    ) -> Result? {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else { return nil }
        defer { unsafe yaml_parser_delete(parser) }
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            return unsafe body(EventStream(parser: parser))
        }
    }

    /// Reads the next event; after an error, no event can be read.
    func next() throws(YAMLProblem) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        defer { unsafe yaml_event_delete(&event) }
        return unsafe YAMLEvent(event)
    }

    private func problem() -> YAMLProblem {
        let state = unsafe parser.pointee
        let isReaderError = unsafe state.error == YAML_READER_ERROR
        return unsafe YAMLProblem(
            message: text(state.problem) ?? "out of memory",
            context: text(state.context),
            position: isReaderError ? nil : SourcePosition(state.problem_mark),
            contextPosition: state.context == nil ? nil : SourcePosition(state.context_mark),
            byteOffset: isReaderError ? state.problem_offset : nil
        )
    }

    private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        unsafe pointer.map { unsafe String(cString: $0) }
    }
}

extension SourcePosition {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}

extension YAMLEvent {
    fileprivate init(_ event: yaml_event_t) {
        let range = unsafe SourceRange(
            start: SourcePosition(event.start_mark),
            end: SourcePosition(event.end_mark)
        )
        switch unsafe event.type {
        case YAML_SCALAR_EVENT: unsafe self.init(scalarOf: event, range: range)
        case YAML_SEQUENCE_START_EVENT:
            let data = unsafe event.data.sequence_start
            unsafe self.init(
                kind: .sequenceStart(isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE),
                anchor: string(data.anchor),
                tag: string(data.tag),
                range: range
            )
        case YAML_MAPPING_START_EVENT:
            let data = unsafe event.data.mapping_start
            unsafe self.init(
                kind: .mappingStart(isFlow: data.style == YAML_FLOW_MAPPING_STYLE),
                anchor: string(data.anchor),
                tag: string(data.tag),
                range: range
            )
        case YAML_ALIAS_EVENT:
            unsafe self.init(kind: .alias(string(event.data.alias.anchor) ?? ""), range: range)
        case YAML_SEQUENCE_END_EVENT: self.init(kind: .sequenceEnd, range: range)
        case YAML_MAPPING_END_EVENT: self.init(kind: .mappingEnd, range: range)
        case YAML_DOCUMENT_START_EVENT: self.init(kind: .documentStart, range: range)
        case YAML_DOCUMENT_END_EVENT: self.init(kind: .documentEnd, range: range)
        case YAML_STREAM_START_EVENT: self.init(kind: .streamStart, range: range)
        default: self.init(kind: .streamEnd, range: range)
        }
    }

    private init(scalarOf event: yaml_event_t, range: SourceRange) {
        let data = unsafe event.data.scalar
        let bytes = unsafe UnsafeBufferPointer(start: data.value, count: data.length)
        let style: Scalar.Style =
            switch unsafe data.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
        unsafe self.init(
            kind: .scalar(Scalar(text: String(decoding: bytes, as: UTF8.self), style: style)),
            anchor: string(data.anchor),
            tag: string(data.tag),
            range: range
        )
    }
}

private func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
}
