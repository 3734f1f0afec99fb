extension Condition {
    /// `path`: the file.
    public static let collectionNoFile = Condition(
        "ND-G50",
        .info,
        level: .error,
        "PROCFILE: Cannot open file '{path}'",
        recognised: ["PROCFILE: Cannot open file '{path}' (errno {errno}, {reason})"],
        sentence:
            "The kernel of this machine doesn't have this file: the charts made from it are left out until the next start.",
        causes: [
            "The kernel was built without the feature, or its module isn't loaded (IPv6, pressure, connection tracking).",
            "A container hides it.",
        ],
        fix: ["Nothing, unless the charts are missed: then load the module and start the agent again."]
    )

    /// `path`: where it is mounted; `seconds`: since when.
    public static let collectionFilesystemSilent = Condition(
        "ND-G51",
        .warning,
        "DISKSPACE: the filesystem mounted at '{path}' has not answered for {seconds} seconds. The charts of all filesystems wait for it.",
        sentence: "A filesystem doesn't say how full it is, and nothing else about disk space is collected meanwhile.",
        causes: ["The server of a network filesystem is away.", "A disk is failing."],
        fix: [
            "Unmount it, or leave it out:", "[plugin:proc:diskspace]", "    exclude space metrics on paths = {path} …",
        ]
    )

    /// `path`: where it is mounted; `seconds`: how long it was silent.
    public static let collectionFilesystemBack = Condition(
        "ND-G52",
        .info,
        "DISKSPACE: the filesystem mounted at '{path}' answers again after {seconds} seconds.",
        sentence: "A filesystem that had not answered does so again: disk space is collected as before."
    )

    /// `seconds`: what was left out.
    public static let collectionLate = Condition(
        "ND-G53",
        .warning,
        "COLLECTOR: {seconds} seconds were not collected: the machine or this process stood still.",
        sentence: "A gap in all charts of this machine: the collectors did not run for a while.",
        causes: [
            "The machine was suspended or its clock was set.", "It is so busy that the agent got no processor time.",
        ],
        fix: ["See system.cpu, system.cpu_some_pressure and system.idlejitter before and after the gap."]
    )
}

extension Catalogue {
    static let collection: [Condition] = [
        .collectionNoFile, .collectionFilesystemSilent, .collectionFilesystemBack, .collectionLate,
    ]
}
