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

/// Processes whose parent has ended, and that this process must end and collect.
///
/// On Linux they become children of this process instead of the system's first one, so that none is lost
/// and none stays a zombie. On other systems only process groups are known.
enum Orphans {
    /// Makes this process the parent of its orphans from now on.
    static func adopt() {
        #if os(Linux)
            _ = process_adopt_orphans()
        #endif
    }

    /// Returns the orphans of a build, known by the variable `CODEBUILD_BUILD_ID`.
    static func daemons(ofBuild id: String) -> [pid_t] {
        #if os(Linux)
            let entry = Array("CODEBUILD_BUILD_ID=\(id)".utf8)
            return children().filter { child in
                let environment = (try? SmallFile.read(FilePath("/proc/\(child)/environ"))) ?? []
                return environment.split(separator: 0).contains { $0.elementsEqual(entry) }
            }
        #else
            return []
        #endif
    }

    #if os(Linux)
        /// Returns the children of all threads of this process.
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
