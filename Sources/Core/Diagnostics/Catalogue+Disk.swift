// What can be wrong with the files of the database (storage §4).

extension Condition {
    public static let segmentCut = Condition(
        "ND-D10",
        .info,
        "DBENGINE: the end of '{file}' was not complete: {bytes} bytes were cut.",
        sentence: "The node or the machine died while it was writing; what was only half written is gone."
    )

    public static let segmentDamaged = Condition(
        "ND-D11",
        .error,
        "DBENGINE: '{file}' is damaged at {offset}: {bytes} bytes cannot be used, the rest is served.",
        sentence:
            "Bytes of a database file are not those that were written; what they held is lost, all else is there.",
        causes: ["the disk or its controller fails", "the machine lost power", "something else wrote into the file"],
        fix: ["ndstream parent --check", "look for errors of the disk: dmesg, smartctl -a"]
    )

    public static let segmentIndexDamaged = Condition(
        "ND-D12",
        .warning,
        "DBENGINE: the index of '{file}' is damaged ({bytes} bytes) and was made anew from its blocks.",
        sentence: "The end of a database file is not as it was written; no metrics are lost by it.",
        causes: ["the disk or its controller fails", "the file was cut, or copied while it was written"],
        fix: ["ndstream parent --check", "look for errors of the disk: dmesg, smartctl -a"]
    )

    public static let segmentSetAside = Condition(
        "ND-D13",
        .warning,
        "DBENGINE: '{file}' is set aside as '{other}': {reason}.",
        sentence: "A file in the database's directory is none of this node's; it keeps it, but does not use it.",
        causes: ["a later version of ndstream ran here", "files were copied from another node"],
        fix: ["rm {other}", "when it is of no use: it takes up to half of the quota"]
    )

    public static let segmentNotAside = Condition(
        "ND-D14",
        .warning,
        "DBENGINE: cannot set '{file}' aside ({error}), so it is left alone: {reason}.",
        sentence: "A file in the database's directory is none of this node's and could not get another name.",
        causes: ["the disk is mounted read-only", "the directory belongs to somebody else"],
        fix: ["move {file} elsewhere"]
    )

    public static let segmentUnreadable = Condition(
        "ND-D15",
        .error,
        "DBENGINE: cannot read '{file}': {reason}.",
        sentence: "A file of the database cannot be read; its metrics are missing until it can.",
        causes: ["the disk fails", "the file belongs to another user"],
        fix: ["ls -l {file}", "look for errors of the disk: dmesg, smartctl -a"]
    )

    public static let segmentNotContinued = Condition(
        "ND-D16",
        .warning,
        "DBENGINE: cannot go on writing '{file}': {reason}. Beginning another.",
        sentence: "The newest file of the database can be read but not written; new metrics go to a new file.",
        causes: ["the disk is mounted read-only", "the file belongs to another user"],
        fix: ["ls -l {file}", "mount: is the file system read-only?"]
    )

    public static let definitionDamaged = Condition(
        "ND-D18",
        .error,
        "DBENGINE: a chart's definition in '{file}' at {offset} is damaged; its blocks there are left out.",
        sentence:
            "What some blocks of a database file mean is lost, so they cannot be shown; other files have it again.",
        causes: ["the disk or its controller fails", "something else wrote into the file"],
        fix: ["ndstream parent --check", "look for errors of the disk: dmesg, smartctl -a"]
    )

    public static let blockDamaged = Condition(
        "ND-D17",
        .error,
        "DBENGINE: a block of chart '{chart}' of host '{host}' in '{file}' at {offset} is damaged and left out.",
        sentence: "Some minutes of a chart are not as they were written; they show as a gap.",
        causes: ["the disk or its controller fails", "something else wrote into the file"],
        fix: ["ndstream parent --check", "look for errors of the disk: dmesg, smartctl -a"]
    )
}

extension Catalogue {
    static let disk: [Condition] = [
        .shelfNotOpened, .shelfFailed, .shelfRecovered, .journalReplayed, .journalCut, .journalSetAside,
        .journalUnreadable,
        .segmentCut, .segmentDamaged, .segmentIndexDamaged, .segmentSetAside, .segmentNotAside, .segmentUnreadable,
        .segmentNotContinued, .blockDamaged, .definitionDamaged,
    ]
}

extension Condition {
    public static let shelfNotOpened = Condition(
        "ND-D01",
        .error,
        "DBENGINE: cannot use '{directory}': {reason}. Its hosts are kept in memory only.",
        sentence: "The database's directory cannot be used, so what comes is kept in memory and is lost with the node.",
        causes: [
            "another node uses the directory", "the directory belongs to somebody else",
            "the disk is mounted read-only",
        ],
        fix: ["ls -ld {directory}", "give each node its own --state-dir"]
    )

    public static let shelfFailed = Condition(
        "ND-D02",
        .error,
        "DBENGINE: cannot write to '{directory}': {reason}. Keeping what comes in memory until it can.",
        sentence:
            "The disk takes nothing; nothing is lost while the node runs and the disk is well again within an hour or so.",
        causes: ["the disk is full", "the disk fails, or became read-only"],
        fix: ["df {directory}", "lower [db] dbengine multihost disk space MB, or make room"]
    )

    public static let shelfRecovered = Condition(
        "ND-D03",
        .info,
        "DBENGINE: '{directory}' can be written again, after {seconds} seconds.",
        sentence: "The disk is well again; what was kept in memory meanwhile is written."
    )

    public static let journalReplayed = Condition(
        "ND-D04",
        .info,
        "DBENGINE: the journal in '{directory}' had {rows} rows of {charts} charts that no file had yet.",
        sentence:
            "The node was killed the last time; what it had not written in its own form came back from its journal."
    )

    public static let journalCut = Condition(
        "ND-D05",
        .info,
        "DBENGINE: the end of the journal '{file}' is not whole.",
        sentence: "The node died while it wrote its journal: at most its last two seconds are missing."
    )

    public static let journalSetAside = Condition(
        "ND-D06",
        .warning,
        "DBENGINE: the journal '{file}' is none of this version and is set aside.",
        sentence: "A journal that a later version wrote is kept under another name, but not used.",
        causes: ["a later version of ndstream ran here"],
        fix: ["start the later version once, so that it writes what is in it"]
    )

    public static let journalUnreadable = Condition(
        "ND-D07",
        .error,
        "DBENGINE: the journal in '{directory}' cannot be taken over: {reason}.",
        sentence:
            "What the node had not written in its own form when it was killed cannot be read now; the journal stays.",
        causes: ["the disk fails, or is full", "the file belongs to another user"],
        fix: ["ls -l {directory}", "restart the node when the disk is well"]
    )
}
