/// How `ReportMerge` joins the reports that are added.
public enum MergeRule: Sendable, CaseIterable {
    /// The reports are files of one report: durations are added, and the lines of a source file are
    /// united.
    ///
    /// Use it for the files of one build.
    case files
    /// Each report is one shard of a run, as the builds of a fan-out batch are.
    ///
    /// The duration is that of the longest shard, because shards run at the same time. The counts of
    /// coverage are added, also for a source file that several shards cover. For such a file, the shard
    /// with the highest percentage of lines is kept. If several have it, the percentage of branches
    /// decides, and then the order.
    ///
    /// Source: CodeBuild guide, parallel-test-auto-merge.
    case shards
    /// Each report is one shard of a run, and each source file counts once.
    ///
    /// The lines of a source file are united by number, and the counts are the sums of the united
    /// files. CodeBuild counts a file once for each shard instead.
    case unitedShards
}
