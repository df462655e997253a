/// The `batch` section: several builds started as one.
public struct BatchSection: Sendable, Equatable {
    /// The kind of a batch.
    public enum Kind: Sendable, Equatable {
        /// Builds that all run at once (`build-list`).
        case list([BatchBuild])
        /// Builds that wait for one another (`build-graph`).
        case graph([BatchBuild])
        /// One build for each combination of values (`build-matrix`).
        case matrix(BatchMatrix)
        /// The same build several times (`build-fanout`).
        case fanout(BatchFanout)
    }

    /// Whether the first failing build stops the others.
    public var fastFail: Bool
    /// The kind of the batch; `nil` if the section has none.
    public var kind: Kind?
    /// The range of the section's key, if the section was read from a file.
    public var range: SourceRange?

    /// Creates a `batch` section.
    public init(fastFail: Bool = false, kind: Kind? = nil, range: SourceRange? = nil) {
        self.fastFail = fastFail
        self.kind = kind
        self.range = range
    }
}

extension BatchSection {
    /// The number of builds that the batch starts; `nil` if the section has no kind.
    public var buildCount: Int? {
        switch kind {
        case .list(let builds), .graph(let builds): builds.count
        case .matrix(let matrix): matrix.buildCount
        case .fanout(let fanout): fanout.parallelism
        case nil: nil
        }
    }

    /// The buildspecs of the builds, in file order and without duplicates.
    ///
    /// Each is a path from the source root, the address of an object, or the text of a buildspec.
    public var buildspecs: [Located<String>] {
        let all: [Located<String>] =
            switch kind {
            case .list(let builds), .graph(let builds): builds.compactMap(\.buildspec)
            case .matrix(let matrix): matrix.buildspecs
            case .fanout, nil: []
            }
        var seen: Set<String> = []
        return all.filter { seen.insert($0.value).inserted }
    }

    /// The buildspecs that are paths of files in the sources.
    public var buildspecPaths: [Located<String>] {
        buildspecs.filter { name in
            !name.value.isEmpty && !name.value.hasPrefix("arn:") && !name.value.hasPrefix("/")
                && !name.value.contains(where: { $0.isNewline || $0 == "$" || $0 == "{" })
                && !name.value.contains(": ")
        }
    }
}

/// One build of a list or a graph.
public struct BatchBuild: Sendable, Equatable {
    /// The name of the build in the batch.
    public var identifier: Located<String>
    /// The buildspec, a path or the text itself; `nil` is the file with the batch.
    public var buildspec: Located<String>?
    /// Whether breakpoints stop the build.
    public var debugSession: Bool
    /// Whether the batch can succeed although this build failed.
    public var ignoreFailure: Bool
    /// The identifiers of builds that must complete first; empty in a list.
    public var dependsOn: [Located<String>]
    /// The environment of the build.
    public var environment: BatchEnvironment

    /// Creates a build of a batch.
    public init(
        identifier: Located<String>,
        buildspec: Located<String>? = nil,
        debugSession: Bool = false,
        ignoreFailure: Bool = false,
        dependsOn: [Located<String>] = [],
        environment: BatchEnvironment = BatchEnvironment()
    ) {
        self.identifier = identifier
        self.buildspec = buildspec
        self.debugSession = debugSession
        self.ignoreFailure = ignoreFailure
        self.dependsOn = dependsOn
        self.environment = environment
    }
}

/// The environment of one build of a batch.
public struct BatchEnvironment: Sendable, Equatable {
    /// The size of the machine, such as `BUILD_GENERAL1_SMALL`.
    public var computeType: Located<String>?
    /// The reserved fleet that the build runs on.
    public var fleet: Located<String>?
    /// The build image.
    public var image: Located<String>?
    /// Whether the build can run a Docker daemon; `nil` if not declared.
    public var privilegedMode: Bool?
    /// The environment type, such as `LINUX_CONTAINER`.
    public var type: Located<String>?
    /// Variables that override those of the buildspec.
    public var variables: [EnvVariable]

    /// Creates an environment; an empty environment changes nothing.
    public init(
        computeType: Located<String>? = nil,
        fleet: Located<String>? = nil,
        image: Located<String>? = nil,
        privilegedMode: Bool? = nil,
        type: Located<String>? = nil,
        variables: [EnvVariable] = []
    ) {
        self.computeType = computeType
        self.fleet = fleet
        self.image = image
        self.privilegedMode = privilegedMode
        self.type = type
        self.variables = variables
    }
}

/// The values of a matrix; each combination is one build.
public struct BatchMatrix: Sendable, Equatable {
    /// A variable and its values.
    public struct Variable: Sendable, Equatable {
        /// The variable's name.
        public var name: String
        /// The values in file order.
        public var values: [Located<String>]

        /// Creates a variable of a matrix.
        public init(name: String, values: [Located<String>]) {
            self.name = name
            self.values = values
        }
    }

    /// Whether the batch can succeed although a build failed (`static`).
    public var ignoreFailure: Bool
    /// Whether the builds can run a Docker daemon (`static`); `nil` if not declared.
    public var privilegedMode: Bool?
    /// The environment type (`static`).
    public var type: Located<String>?
    /// Buildspec files (`dynamic`).
    public var buildspecs: [Located<String>]
    /// Sizes of machines (`dynamic`).
    public var computeTypes: [Located<String>]
    /// Build images (`dynamic`).
    public var images: [Located<String>]
    /// Variables (`dynamic`).
    public var variables: [Variable]

    /// Creates a matrix; an empty matrix is a single build.
    public init(
        ignoreFailure: Bool = false,
        privilegedMode: Bool? = nil,
        type: Located<String>? = nil,
        buildspecs: [Located<String>] = [],
        computeTypes: [Located<String>] = [],
        images: [Located<String>] = [],
        variables: [Variable] = []
    ) {
        self.ignoreFailure = ignoreFailure
        self.privilegedMode = privilegedMode
        self.type = type
        self.buildspecs = buildspecs
        self.computeTypes = computeTypes
        self.images = images
        self.variables = variables
    }
}

extension BatchMatrix {
    /// The number of combinations.
    public var buildCount: Int {
        let sizes =
            [buildspecs.count, computeTypes.count, images.count] + variables.map(\.values.count)
        return sizes.filter { $0 > 0 }.reduce(1) { product, size in
            let (next, overflows) = product.multipliedReportingOverflow(by: size)
            return overflows ? .max : next
        }
    }
}

/// The same build several times, each with a share of the tests.
public struct BatchFanout: Sendable, Equatable {
    /// The number of builds.
    public var parallelism: Int
    /// Whether the batch can succeed although a build failed.
    public var ignoreFailure: Bool

    /// Creates a fan-out.
    public init(parallelism: Int, ignoreFailure: Bool = false) {
        self.parallelism = parallelism
        self.ignoreFailure = ignoreFailure
    }
}
