/// Writes a coverage report as Cobertura's XML, in the form that GitLab and Jenkins read.
///
/// Use it for a program that reads no other format. A package is a directory, and a class is a file.
/// Every rate is computed from the counts of the report, which a format such as Clover states apart
/// from the lines. A file without lines is a class without lines, so a program that counts lines does
/// not see it. Read the report with `keepsLines: true`.
public enum CoberturaWriter {
    /// Writes a report in parts, which are one document together.
    ///
    /// A rate without any line or branch is 1, as Cobertura writes it. The complexity is not known, and
    /// is written as 0, because Cobertura's DTD requires it.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - timestamp: The time of the report in milliseconds since 1970; the same time gives the same
    ///     bytes.
    ///   - sources: The directories that the paths start from.
    ///   - sink: A closure that receives each part, in UTF-8.
    /// - Throws: The error of `sink`.
    public static func write<Failure: Error>(
        _ report: CoverageReport,
        timestamp: Int64,
        sources: [String] = ["."],
        to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var output = XMLOutput()
        output.start("coverage", attributes(of: report.summary, timestamp))
        output.start("sources")
        for source in sources { output.element("source", text: source) }
        output.end()
        output.start("packages")
        for package in packages(of: report.files) {
            output.start("package", [("name", package.name)] + rates(of: package.summary))
            output.start("classes")
            for index in package.indexes { try add(report.files[index], to: &output, sink) }
            output.end()
            output.end()
        }
        output.end()
        output.end()
        try output.finish(to: sink)
    }

    /// The files of one directory, by their index in the report.
    private struct Package {
        var name: String
        var summary = CoverageSummary()
        var indexes: [Int] = []
    }

    private static func packages(of files: [FileCoverage]) -> [Package] {
        var packages: [Package] = []
        var positions: [String: Int] = [:]
        for (index, file) in files.enumerated() {
            let name = split(file.path).directory
            let position = positions[name] ?? packages.count
            if position == packages.count {
                positions[name] = position
                packages.append(Package(name: name))
            }
            packages[position].summary.add(file.summary)
            packages[position].indexes.append(index)
        }
        return packages
    }

    /// Splits a path; the directory of a file without one is `.`.
    static func split(_ path: String) -> (directory: String, name: String) {
        // A backslash separates names on Windows only, where a path of a tool can have both.
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        guard let end = slash ?? path.utf8.lastIndex(of: UInt8(ascii: "\\")) else {
            return (".", path)
        }
        let directory = String(path[..<end])
        return (directory.isEmpty ? "/" : directory, String(path[path.utf8.index(after: end)...]))
    }

    private static func add<Failure: Error>(
        _ file: FileCoverage,
        to output: inout XMLOutput,
        _ sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let names: XMLOutput.Attributes = [
            ("name", split(file.path).name), ("filename", file.path),
        ]
        output.start("class", names + rates(of: file.summary))
        output.element("methods")
        output.start("lines")
        for line in file.lines {
            output.element("line", attributes(of: line))
            try output.flush(to: sink)
        }
        output.end()
        output.end()
        try output.flush(to: sink)
    }
}
