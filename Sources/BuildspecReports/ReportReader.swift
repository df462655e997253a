package import BuildspecFiles
package import BuildspecSyntax

/// Reads report files into one model.
///
/// Use it for each file of a report group, and `ReportMerge` for several files.
public enum ReportReader {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The path of a regular file; a link to one is followed.
    ///   - format: The format of the file.
    ///   - options: How much of the report is kept.
    /// - Returns: The report, with warnings about what CodeBuild refuses.
    /// - Throws: `ReportError` if the file cannot be read, or is not a report of the format.
    public static func read(
        path: String,
        format: ReportFormat,
        options: ReadOptions = ReadOptions()
    ) throws(ReportError) -> ReadReport {
        try read(file: PathBytes(path), format: format, options: options)
    }

    /// Reads a file whose path has any bytes; a cancelled task ends with an error.
    package static func read(
        file: PathBytes,
        format: ReportFormat,
        options: ReadOptions = ReadOptions()
    ) throws(ReportError) -> ReadReport {
        let path = file.text
        let source: FileSource
        do {
            source = try FileSource(file)
        } catch {
            throw ReportError(path: path, reason: error.reason)
        }
        let result: Result<ReadReport, SyntaxFault>
        do {
            result = .success(try read(source, format: format, options: options))
        } catch {
            result = .failure(error)
        }
        // A file that cannot be read looks like one that ends early.
        if let failure = source.failure { throw ReportError(path: path, reason: failure) }
        do {
            return try result.get()
        } catch {
            throw ReportError(
                path: path,
                line: error.line,
                column: error.column,
                reason: error.reason
            )
        }
    }

    /// Reads a report from any source.
    package static func read(
        _ source: any ByteSource,
        format: ReportFormat,
        options: ReadOptions = ReadOptions()
    ) throws(SyntaxFault) -> ReadReport {
        switch format {
        case .junitXML: try JUnitReader.read(source, options)
        case .nunitXML: try NUnitReader.read(source, options, .two)
        case .nunit3XML: try NUnitReader.read(source, options, .three)
        case .testNGXML: try TestNGReader.read(source, options)
        case .visualStudioTRX: try TRXReader.read(source, options)
        case .cucumberJSON: try CucumberReader.read(source, options)
        case .cloverXML: try CloverReader.read(source, options)
        case .coberturaXML: try CoberturaReader.read(source, options)
        case .jacocoXML: try JaCoCoReader.read(source, options)
        case .simpleCov: try SimpleCovReader.read(source, options)
        case .lcov: try LCOVReader.read(source, options)
        }
    }
}
