import BuildspecModel
import TestSupport

extension TestBuild {
    /// Creates a build that collects artifacts.
    ///
    /// - Parameters:
    ///   - artifact: The primary artifact.
    ///   - secondary: The secondary artifacts.
    ///   - commands: The commands of BUILD.
    /// - Throws: An error if the directories of the build cannot be created.
    init(
        collecting artifact: ArtifactSet,
        secondary: [ArtifactsSection.Secondary] = [],
        commands: [String]
    ) throws {
        try self.init(
            Buildspec(
                version: .v02,
                phases: [.build: Phase(commands: located(commands))],
                artifacts: ArtifactsSection(primary: artifact, secondary: secondary)
            )
        )
    }
}
