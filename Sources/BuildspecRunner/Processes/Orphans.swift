internal import BuildspecFiles
internal import CProcess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Processes whose parent has ended and that are ours to end and to collect.
///
/// On Linux they become children of this process instead of the system's first one, so none is lost
/// and none stays a zombie. Elsewhere only process groups are known.
enum Orphans {
    /// Takes orphans in from now on; process-wide.
    static func adopt() {
        #if os(Linux)
            _ = process_adopt_orphans()
        #endif
    }

    /// The orphans that belong to a build, known by the `CODEBUILD_BUILD_ID` of their environment.
    static func daemons(ofBuild id: String) -> [pid_t] {
        #if os(Linux)
            let mark = Array("CODEBUILD_BUILD_ID=\(id)".utf8)
            return children().filter { child in
                let environment = (try? SmallFile.read(FilePath("/proc/\(child)/environ"))) ?? []
                return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
            }
        #else
            return []
        #endif
    }

    #if os(Linux)
        /// The children of this process, by all its threads.
        private static func children() -> [pid_t] {
            let threads = try? DirectoryHandle.open(PathBytes("/proc/self/task")).names()
            return (threads ?? []).flatMap { thread in
                let name = String(decoding: thread, as: UTF8.self)
                let list = try? SmallFile.read(FilePath("/proc/self/task/\(name)/children"))
                return String(decoding: list ?? [], as: UTF8.self).split(separator: " ")
                    .compactMap { pid_t($0) }
            }
        }
    #endif
}
