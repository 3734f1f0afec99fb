private func old(_ names: String...) -> [Option.Name] { names.map { Option.Name("global", $0) } }

extension Option {
    static let global = [
        Option(
            "global",
            "hostname",
            .text,
            .text("{hostname}"),
            "The name under which this node appears at its parent and in its own API."
        ),
        Option(
            "global",
            "timezone",
            .text,
            .none,
            "The time zone this node reports; without it the system's."
        ),
        Option(
            "global",
            "host access prefix",
            .path,
            .text(""),
            "What to put in front of /proc, /sys and /dev, for a container that watches its host."
        ),
    ]

    static let database =
        [
            Option(
                "db",
                "mode",
                .mode,
                .text("dbengine"),
                also: old("memory mode") + [Name("db", "db"), Name("db", "memory mode")],
                "Where samples are kept; none keeps nothing and switches health off."
            ),
            Option(
                "db",
                "retention",
                .entries(5 ... .max),
                .text("3600"),
                also: old("history") + [Name("db", "history")],
                "How many points each dimension keeps in the modes that keep them in memory."
            ),
            Option(
                "db",
                "update every",
                .seconds(1...600),
                .text("1"),
                also: old("update every"),
                "How often everything is collected."
            ),
            Option(
                "db",
                "gap when lost iterations above",
                .integer(1 ... .max),
                .text("1"),
                also: old("gap when lost iterations above"),
                "How many collections may be missing before a gap is shown."
            ),
            Option(
                "db",
                "future limit",
                .seconds(0 ... .max),
                .text("3600"),
                "How far in the future a child's samples may lie; 0 is no limit."
            ),
            Option(
                "db",
                "cleanup obsolete charts after secs",
                .seconds(10 ... .max),
                .text("3600"),
                also: old("cleanup obsolete charts after seconds", "cleanup obsolete charts after secs")
                    + [Name("db", "cleanup obsolete charts after")],
                "When a chart that its collector has given up is removed."
            ),
            Option(
                "db",
                "cleanup orphan hosts after secs",
                .seconds(0 ... .max),
                .text("3600"),
                also: old("cleanup orphan hosts after seconds", "cleanup orphan hosts after secs")
                    + [Name("db", "cleanup orphan hosts after")],
                "When a child that has gone is removed from memory."
            ),
            Option(
                "db",
                "cleanup ephemeral hosts after secs",
                .seconds(0 ... .max),
                .text("86400"),
                also: [Name("db", "cleanup ephemeral hosts after")],
                "When an ephemeral child that has gone is removed, instead of the time before."
            ),
            Option(
                "db",
                "delete obsolete charts files",
                .boolean,
                .text("yes"),
                also: old("delete obsolete charts files"),
                "Whether a removed chart's files are deleted."
            ),
            Option(
                "db",
                "delete orphan hosts files",
                .boolean,
                .text("yes"),
                also: old("delete orphan hosts files"),
                "Whether a removed child's files are deleted."
            ),
            Option(
                "db",
                "enable zero metrics",
                .boolean,
                .text("no"),
                also: old("enable zero metrics"),
                "Whether charts appear that have never been anything but zero."
            ),
            Option(
                "db",
                "memory deduplication (ksm)",
                .boolean,
                .text("yes"),
                also: old("memory deduplication (ksm)"),
                "Whether the kernel may share equal memory pages of the database."
            ),
            Option(
                "db",
                "enable replication",
                .boolean,
                .text("yes"),
                "Whether children may fill the gap since their last connection."
            ),
            Option(
                "db",
                "seconds to replicate",
                .seconds(0 ... .max),
                .text("86400"),
                also: [Name("db", "replication period")],
                "How far back a gap is filled."
            ),
            Option(
                "db",
                "seconds per replication step",
                .seconds(1 ... .max),
                .text("600"),
                also: [Name("db", "replication step")],
                "How much of a gap is asked for at once."
            ),
            Option(
                "db",
                "replication ring secs",
                .seconds(0...86_400),
                .text("600"),
                "How much a node in mode none keeps in memory to fill its parent's gaps from; 0 keeps nothing."
            ),
            Option(
                "db",
                "replication threads",
                .integer(1...64),
                .text("1"),
                "How many threads answer what parents ask for."
            ),
        ] + dbengine

    /// The options of the disk engine, shared by all hosts of a node.
    private static let dbengine =
        [
            Option(
                "db",
                "storage tiers",
                .integer(1...5),
                .text("3"),
                "How many resolutions the disk engine keeps."
            ),
            Option(
                "db",
                "dbengine page cache size MB",
                .megabytes(8 ... .max),
                .text("32"),
                also: old("page cache size", "dbengine page cache size MB")
                    + [Name("db", "page cache size"), Name("db", "dbengine page cache size")],
                "How much of the disk engine's data stays in memory."
            ),
            Option(
                "db",
                "dbengine disk space MB",
                .megabytes(64 ... .max),
                .text("256"),
                also: old("dbengine disk space", "dbengine disk space MB") + [Name("db", "dbengine disk space")],
                "The quota of one host in databases of the old layout; counts where there is none for all hosts together."
            ),
            Option(
                "db",
                "dbengine multihost disk space MB",
                .megabytes(64 ... .max),
                .option(Name("db", "dbengine disk space MB")),
                also: old("dbengine multihost disk space", "dbengine multihost disk space MB")
                    + [Name("db", "dbengine multihost disk space"), Name("db", "dbengine tier 0 retention size")],
                "The quota of full resolution, for all hosts together."
            ),
            Option(
                "db",
                "dbengine page cache with malloc",
                .boolean,
                .text("yes"),
                "Whether the cache is allocated as other memory is."
            ),
            Option(
                "db",
                "dbengine pages per extent",
                .integer(1...64),
                .text("64"),
                "How many pages are compressed together."
            ),
            Option(
                "db",
                "dbengine page fetch timeout secs",
                .seconds(1 ... .max),
                .text("3"),
                "How long a query waits for a page."
            ),
            Option(
                "db",
                "dbengine page fetch retries",
                .integer(1 ... .max),
                .text("3"),
                "How often a query asks for a page again."
            ),
        ] + tier(1) + tier(2) + tier(3) + tier(4)

    /// Each tier has half of the memory and the disk of the one below, unless somebody says otherwise.
    private static func tier(_ number: Int) -> [Option] {
        let tier = "dbengine tier \(number)"
        let divisor = Int64(1) << Int64(number)
        return [
            Option(
                "db",
                "\(tier) page cache size MB",
                .megabytes(1 ... .max),
                .part(of: Name("db", "dbengine page cache size MB"), divisor: divisor),
                "How much of tier \(number) stays in memory."
            ),
            Option(
                "db",
                "\(tier) multihost disk space MB",
                .megabytes(16 ... .max),
                .part(of: Name("db", "dbengine multihost disk space MB"), divisor: divisor),
                also: [Name("db", "\(tier) retention size")],
                "The quota of tier \(number), for all hosts together."
            ),
            Option(
                "db",
                "\(tier) update every iterations",
                .integer(2...255),
                .text("60"),
                "How many points of the tier below make one of tier \(number)."
            ),
            Option(
                "db",
                "\(tier) backfill",
                .words(["new", "full", "none"]),
                .text("new"),
                "What a new tier \(number) is filled with from the one below."
            ),
        ]
    }
}
