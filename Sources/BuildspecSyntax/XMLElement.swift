#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The name of an element, which is valid only during the handler's call.
@safe package struct XMLName: CustomStringConvertible {
    /// The most bytes of a description, because a name can have the size of the file.
    private static let maxDescription = 200

    private let pointer: UnsafePointer<CChar>

    init(_ name: UnsafePointer<CChar>) {
        unsafe pointer = name
    }

    /// Whether the local name is `name`.
    package static func ~= (name: StaticString, value: XMLName) -> Bool {
        value == name
    }

    /// Whether the local name is `name`; everything up to a colon is the prefix of a namespace.
    package static func == (value: XMLName, name: StaticString) -> Bool {
        let expected = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        var start = unsafe value.pointer
        while true {
            var index = 0
            while unsafe start[index] == expected[index] {
                if unsafe start[index] == 0 { return true }
                index += 1
            }
            while unsafe start[index] != CChar(UInt8(ascii: ":")) {
                if unsafe start[index] == 0 { return false }
                index += 1
            }
            unsafe start += index + 1
        }
    }

    package static func != (value: XMLName, name: StaticString) -> Bool { !(value == name) }

    package var description: String {
        let colon = unsafe strrchr(pointer, CInt(UInt8(ascii: ":")))
        let local = unsafe colon.map { unsafe UnsafePointer($0 + 1) } ?? pointer
        return unsafe XMLElement.text(local, atMost: XMLName.maxDescription)
    }
}

/// The start of an element with its attributes, which is valid only during the handler's call.
@safe package struct XMLElement {
    /// The local name.
    package let name: XMLName
    private let attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>

    init(_ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
        unsafe self.name = XMLName(name)
        unsafe self.attributes = attributes
    }

    /// The value of the attribute with the local name `attribute`, cut to `XMLStream.maxTextSize`.
    package subscript(_ attribute: StaticString) -> String? {
        guard let value = unsafe value(attribute) else { return nil }
        return unsafe XMLElement.text(value, atMost: XMLStream.maxTextSize)
    }

    /// The value of an attribute that holds a whole number; `nil` if it does not, or is missing.
    ///
    /// Spaces around the number are accepted. A number outside of `Int` is clamped.
    package func integer(_ attribute: StaticString) -> Int? {
        guard let start = unsafe value(attribute) else { return nil }
        var end: UnsafeMutablePointer<CChar>?
        let number = unsafe strtol(start, &end, 10)
        guard var rest = unsafe end, unsafe UnsafePointer(rest) != start else { return nil }
        while unsafe isspace(CInt(UInt8(bitPattern: rest.pointee))) != 0 { unsafe rest += 1 }
        return unsafe rest.pointee == 0 ? number : nil
    }

    /// Checks the name of a root.
    ///
    /// - Throws: `ContentFault` if the name is not one of `names`.
    package func require(_ names: StaticString...) throws(ContentFault) {
        guard !names.contains(where: { name == $0 }) else { return }
        let expected = names.map { "<\($0)>" }.joined(separator: " or ")
        throw ContentFault("expected \(expected), found <\(name)>")
    }

    fileprivate static func text(_ start: UnsafePointer<CChar>, atMost size: Int) -> String {
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: strnlen(start, size))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    private func value(_ attribute: StaticString) -> UnsafePointer<CChar>? {
        var next = unsafe attributes
        while let name = unsafe next.pointee, let value = unsafe (next + 1).pointee {
            if unsafe XMLName(name) == attribute { return unsafe value }
            unsafe next += 2
        }
        return nil
    }
}
