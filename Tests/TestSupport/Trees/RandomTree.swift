package import BuildspecFiles

/// A random tree with the names, times, modes and links that are hard to keep.
package struct RandomTree {
    private var random: SplitMix64
    private var files: [(directory: DirectoryHandle, name: [UInt8])] = []

    package init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// Fills a directory, and sets the times and modes from the deepest level up.
    package mutating func fill(_ directory: DirectoryHandle, depth: Int = 3) throws {
        for number in 0..<Int.random(in: 2...8, using: &random) {
            let name = name(number)
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<3 where depth > 0:
                try directory.makeDirectory(name)
                if Int.random(in: 0..<5, using: &random) > 0 {
                    try fill(directory.directory(name), depth: depth - 1)
                }
                let mode = [0o755, 0o700, 0o555, 0o1777, 0o2775].randomElement(using: &random)
                try directory.setMode(name, UInt32(mode ?? 0o755))
            case 3:
                try directory.makeLink(name, to: linkTarget())
            case 4 where !files.isEmpty:
                let first = files[Int.random(in: 0..<files.count, using: &random)]
                try directory.makeHardLink(name, to: first.name, in: first.directory)
            default:
                try makeFile(name, in: directory)
            }
            try directory.setModified(name, time())
        }
    }

    private mutating func makeFile(_ name: [UInt8], in directory: DirectoryHandle) throws {
        let sizes = [0, 1, 511, 512, 513, 4_096, 70_000]
        let size = sizes.randomElement(using: &random) ?? 0
        let bytes = random.bytes(size, compressible: Bool.random(using: &random))
        let file = try OpenFile.creating(name[...], in: directory)
        try file.write(bytes.span, at: 0)
        let modes: [UInt32] = [0o644, 0o600, 0o755, 0o444, 0o777, 0o1644]
        try file.setMode(modes.randomElement(using: &random) ?? 0o644)
        files.append((directory, name))
    }

    private mutating func name(_ number: Int) -> [UInt8] {
        let odd = ["plain", "with space", "#hash", "back\\slash", "ünïcode", "new\nline", "-dash"]
        let text = (odd.randomElement(using: &random) ?? "") + "\(number)"
        var name = Array(text.utf8)
        switch Int.random(in: 0..<12, using: &random) {
        case 0: name += [0xFF, 0xC3]
        case 1: name += [UInt8](repeating: UInt8(ascii: "l"), count: 200)
        case 2: name.insert(UInt8(ascii: "."), at: 0)
        default: break
        }
        return name
    }

    private mutating func linkTarget() -> [UInt8] {
        let targets = ["nowhere", "../up", "/etc/passwd", "with space", ".", "t\u{1}"]
        return Array((targets.randomElement(using: &random) ?? "x").utf8)
    }

    private mutating func time() -> FileTime {
        FileTime(
            seconds: Int64.random(in: -1_000_000...2_000_000_000, using: &random),
            nanoseconds: Int32.random(in: 0..<1_000_000_000, using: &random)
        )
    }
}
