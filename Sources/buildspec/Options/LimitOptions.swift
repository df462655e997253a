internal import ArgumentParser
internal import BuildspecCache

/// The options that limit the size and age of the local store, for commands that save.
struct LimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Limit the local store to this size, such as 500MB, or 'none'. (default: "
                + "$BUILDSPEC_CACHE_MAX_SIZE, else the configuration file's, else 10GB)",
            valueName: "size"
        )
    )
    var cacheMaxSize: String?

    @Option(
        help: ArgumentHelp(
            "Delete entries of the local store not used for this long, such as 12h, or 'none'. "
                + "(default: $BUILDSPEC_CACHE_MAX_AGE, else the configuration file's, else 30d)",
            valueName: "duration"
        )
    )
    var cacheMaxAge: String?

    func validate() throws {
        _ = try LimitOptions.limits(cacheMaxSize, cacheMaxAge, Host.environment().variables)
    }

    /// The limits, after `validate` has rejected invalid values.
    func limits(_ environment: [String: String]) -> StoreLimits {
        (try? LimitOptions.limits(cacheMaxSize, cacheMaxAge, environment)) ?? .standard
    }

    /// Parses limits; `nil` is the value of a variable, and `prefix` starts the options' names.
    static func limits(
        _ size: String?,
        _ age: String?,
        _ environment: [String: String],
        prefix: String = "--cache-"
    ) throws -> StoreLimits {
        var limits = StoreLimits.standard
        let sizeVariable = environment["BUILDSPEC_CACHE_MAX_SIZE"].flatMap { $0.isEmpty ? nil : $0 }
        if let text = size ?? sizeVariable {
            let name = size == nil ? "BUILDSPEC_CACHE_MAX_SIZE" : "\(prefix)max-size"
            limits.maximumSize = text == "none" ? nil : try bytes(text, name)
        }
        let ageVariable = environment["BUILDSPEC_CACHE_MAX_AGE"].flatMap { $0.isEmpty ? nil : $0 }
        if let text = age ?? ageVariable {
            let name = age == nil ? "BUILDSPEC_CACHE_MAX_AGE" : "\(prefix)max-age"
            limits.maximumAge = text == "none" ? nil : try seconds(text, name)
        }
        return limits
    }

    private static func bytes(_ text: String, _ name: String) throws -> UInt64 {
        guard let size = SizeText.parse(text) else {
            throw ValidationError(
                "\(name): '\(text)' is not a size; write one like '500MB' or '10GB'"
            )
        }
        return size
    }

    /// Parses a duration, and returns the number of seconds.
    static func seconds(_ text: String, _ name: String) throws -> Int64 {
        switch DurationText.parse(text) {
        case .success(let duration): return duration.components.seconds
        case .failure(let problem): throw ValidationError("\(name): \(problem.message)")
        }
    }
}
