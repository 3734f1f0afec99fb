// What can come to batches that a connector of exporting.conf keeps in files: `spill to disk = yes`.

extension Condition {
    public static let exportingSpills = Condition(
        "ND-E14",
        .info,
        "EXPORTING: instance '{name}' has no room left in memory: batches go to '{directory}'",
        sentence: "The database has been away for longer than `buffer on failures` lasts; what waits is kept in files."
    )

    public static let exportingSpillFound = Condition(
        "ND-E15",
        .info,
        "EXPORTING: instance '{name}' finds {count} metrics in '{directory}' that were not sent before",
        sentence: "An earlier run of the program has left them; they are sent first."
    )

    public static let exportingSpillFull = Condition(
        "ND-E16",
        .warning,
        "EXPORTING: instance '{name}' has {limit} MiB in '{directory}', the most it may: the oldest batches are lost",
        sentence: "The database has been away for longer than the files last.",
        causes: ["the database is away or too slow", "spill size MB is small for such an outage"],
        fix: ["in exporting.conf: spill size MB = 1024"]
    )

    public static let exportingSpillFailed = Condition(
        "ND-E17",
        .error,
        "EXPORTING: instance '{name}' cannot keep batches in '{directory}': {reason}",
        sentence: "What finds no room in memory is lost until the files can be written again.",
        causes: [
            "the disk is full", "the directory belongs to another user", "the disk is broken, or mounted read-only",
        ],
        fix: ["df {directory}", "ls -ld {directory}", "in exporting.conf: spill directory = /PATH/WITH/ROOM"]
    )

    public static let exportingSpillDamaged = Condition(
        "ND-E18",
        .warning,
        "EXPORTING: instance '{name}' drops '{file}': {reason}",
        sentence: "A batch in a file is not whole, so it is not sent.",
        causes: [
            "the machine or the program was stopped while it was written", "the disk is broken",
            "the connector had another type when it was written",
        ],
        fix: ["smartctl -H /dev/DISK, if it was not the first time"]
    )

    public static let exportingSpillTaken = Condition(
        "ND-E19",
        .error,
        "EXPORTING: instance '{name}' keeps no batches in '{directory}': another program has it",
        sentence: "Two connectors cannot keep their batches in one directory.",
        causes: ["another node has the same `spill directory` and a connector of this name"],
        fix: ["in exporting.conf of one of them: spill directory = /ANOTHER/PATH"]
    )
}

extension Catalogue {
    static let exportingSpill: [Condition] = [
        .exportingSpills, .exportingSpillFound, .exportingSpillFull, .exportingSpillFailed, .exportingSpillDamaged,
        .exportingSpillTaken,
    ]
}
