/// The `batch` section: several builds started as one.
public struct BatchSection: Sendable, Equatable {
    /// How the builds of a batch come about.
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
    /// How the builds come about; `nil` when the section names no kind.
    public var kind: Kind?
    /// Where the section's key stands in the file, if it was read from one.
    public var range: SourceRange?

    /// Creates a `batch` section.
    public init(fastFail: Bool = false, kind: Kind? = nil, range: SourceRange? = nil) {
        self.fastFail = fastFail
        self.kind = kind
        self.range = range
    }
}

extension BatchSection {
    /// How many builds the batch starts; `nil` when the section names no kind.
    public var buildCount: Int? {
        switch kind {
        case .list(let builds), .graph(let builds): builds.count
        case .matrix(let matrix): matrix.buildCount
        case .fanout(let fanout): fanout.parallelism
        case nil: nil
        }
    }

    /// What its builds name as their buildspecs, in file order and each text once: a path from the
    /// source root, the address of an object, or the text of a buildspec itself.
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
    /// Its name in the batch.
    public var identifier: Located<String>
    /// Its buildspec, a path or the text itself; `nil` is the file that holds the batch.
    public var buildspec: Located<String>?
    /// Whether breakpoints stop it.
    public var debugSession: Bool
    /// Whether the batch may succeed although it failed.
    public var ignoreFailure: Bool
    /// Identifiers of builds that must be completed first; empty in a list.
    public var dependsOn: [Located<String>]
    /// Its environment.
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
    /// The reserved fleet to run on.
    public var fleet: Located<String>?
    /// The build image.
    public var image: Located<String>?
    /// Whether the build may run a Docker daemon; `nil` when not said.
    public var privilegedMode: Bool?
    /// The environment type, such as `LINUX_CONTAINER`.
    public var type: Located<String>?
    /// Variables that beat the buildspec's.
    public var variables: [EnvVariable]

    /// Creates an environment; the empty one changes nothing.
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
        /// Its values in file order.
        public var values: [Located<String>]

        /// Creates a variable of a matrix.
        public init(name: String, values: [Located<String>]) {
            self.name = name
            self.values = values
        }
    }

    /// Whether the batch may succeed although a build failed (`static`).
    public var ignoreFailure: Bool
    /// Whether the builds may run a Docker daemon (`static`); `nil` when not said.
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

    /// Creates a matrix; the empty one is a single build.
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
    /// How many combinations there are.
    public var buildCount: Int {
        let sizes =
            [buildspecs.count, computeTypes.count, images.count] + variables.map(\.values.count)
        return sizes.filter { $0 > 0 }.reduce(1) { product, size in
            let (next, isTooMuch) = product.multipliedReportingOverflow(by: size)
            return isTooMuch ? .max : next
        }
    }
}

/// The same build several times, each with a share of the tests.
public struct BatchFanout: Sendable, Equatable {
    /// How many builds there are.
    public var parallelism: Int
    /// Whether the batch may succeed although one failed.
    public var ignoreFailure: Bool

    /// Creates a fan-out.
    public init(parallelism: Int, ignoreFailure: Bool = false) {
        self.parallelism = parallelism
        self.ignoreFailure = ignoreFailure
    }
}
