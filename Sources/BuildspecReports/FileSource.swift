internal import BuildspecFiles
internal import BuildspecSyntax

/// A regular file as a source of bytes.
final class FileSource: ByteSource {
    private let file: OpenFile
    private let partSize: Int
    private var offset: UInt64 = 0
    /// Why the file could not be read to its end.
    private(set) var failure: String?

    /// Opens a file; a directory, a pipe and a device are refused without waiting.
    init(_ path: PathBytes, partSize: Int = 256 << 10) throws(ContentFault) {
        self.partSize = partSize
        do {
            let file = try OpenFile.reading(path)
            guard try file.status().kind == .regular else {
                throw ContentFault("not a regular file")
            }
            self.file = file
        } catch let error as FileError {
            throw ContentFault(error.reason)
        } catch let error as ContentFault {
            throw error
        } catch {
            throw ContentFault("cannot be read")
        }
    }

    func next() -> [UInt8] {
        guard !Task.isCancelled else {
            failure = "the work was stopped"
            return []
        }
        var part: [UInt8] = []
        do {
            let count = try file.read(partSize, at: offset, appendingTo: &part)
            offset += UInt64(count)
            return part
        } catch {
            failure = error.reason
            return []
        }
    }
}
