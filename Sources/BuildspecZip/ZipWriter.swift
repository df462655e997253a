package import BuildspecFiles

/// Writes ZIP archives: content is compressed on several threads, and written in the order of the
/// entries.
package enum ZipWriter {
    /// The content that is read or waits to be written, in bytes.
    private static let mostInFlight = 64 << 20

    /// Writes an archive of `entries` to a new and empty file.
    ///
    /// After an error the content of the file is not an archive; the caller deletes it. Files that
    /// change while they are read are an error.
    ///
    /// - Throws: `FileError`, `ZipError` or `CancellationError`.
    @concurrent
    package static func write(
        _ entries: [ZipEntry],
        to file: OpenFile,
        _ options: ZipOptions = ZipOptions()
    ) async throws -> ZipResult {
        try await withTaskExecutorPreference(BlockingExecutor.shared) {
            var plan = ZipPlan(entries, options)
            var archive = ZipArchive(file)
            try await compress(&plan, into: &archive, width: options.width)
            var result = ZipResult(files: plan.files, bytes: try archive.finish())
            if let (first, count) = plan.foreignNames {
                let names = count == 1 ? "the name is" : "\(count) names are, as the first one,"
                result.warnings = [
                    "'\(first)': \(names) not UTF-8; other systems can show another name"
                ]
            }
            return result
        }
    }

    /// Runs the jobs of a plan, and appends their output in the order of the plan.
    private static func compress(
        _ plan: inout ZipPlan,
        into archive: inout ZipArchive,
        width: Int
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, ZipJob.Output).self) { group in
            // Twice the width, so that no thread waits for the output of a slow job to be written.
            var jobs = Window<ZipJob.Output>(limit: width * 2)
            var running = 0
            var isPlanned = false
            while true {
                while !isPlanned, running < width, jobs.hasSpace(mostInFlight) {
                    guard let job = try plan.next() else {
                        isPlanned = true
                        break
                    }
                    let number = jobs.add(size: job.size)
                    running += 1
                    group.addTask { (number, try job.run()) }
                }
                if jobs.isEmpty { return }
                while let output = jobs.takeNext() { try archive.append(output) }
                try Task.checkCancellation()
                guard running > 0, let (number, output) = try await group.next() else { continue }
                running -= 1
                jobs.finish(number, output)
            }
        }
    }
}

/// The jobs that are running or wait to be written, in order.
private struct Window<Output> {
    private var outputs: [(size: Int, output: Output?)] = []
    /// The number of the job at the beginning of `outputs`.
    private var first = 0
    private var bytes = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { outputs.isEmpty }

    /// Returns whether another job can start: always the first one, whatever its size is.
    func hasSpace(_ most: Int) -> Bool {
        outputs.isEmpty || (outputs.count < limit && bytes < most)
    }

    /// Adds a job that runs, and returns its number.
    mutating func add(size: Int) -> Int {
        outputs.append((size, nil))
        bytes += size
        return first + outputs.count - 1
    }

    mutating func finish(_ number: Int, _ output: Output) {
        outputs[number - first].output = output
    }

    /// Removes and returns the output of the oldest job, if it has finished.
    mutating func takeNext() -> Output? {
        guard let output = outputs.first?.output else { return nil }
        bytes -= outputs.removeFirst().size
        first += 1
        return output
    }
}
