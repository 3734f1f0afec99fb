// What becomes of external plugins (collectors §1, §3, §4).

extension Condition {
    private static let plugin = "'{path}' (pid {pid}) "

    public static let pluginStarted = Condition(
        "ND-G20",
        .info,
        "connected to '{path}' running on pid {pid}",
        sentence: "An external plugin has been started."
    )

    public static let pluginEnded = Condition(
        "ND-G21",
        .warning,
        level: .error,
        plugin + "disconnected after {count} successful data collections (ENDs).",
        sentence: "A run of an external plugin is over.",
        causes: ["the plugin found nothing to collect", "it failed: its own lines above say how"],
        fix: ["run it by hand and read what it prints: sudo -u USER PATH 1"]
    )

    public static let pluginExitCode = Condition(
        "ND-G22",
        .error,
        "child pid {pid} exited with code {code}.",
        sentence: "An external plugin reported a failure by its exit code.",
        causes: ["the plugin failed", "126: the file is not executable; 127: its interpreter is not installed"],
        fix: ["run it by hand and read what it prints: sudo -u USER PATH 1"]
    )

    public static let pluginSignal = Condition(
        "ND-G23",
        .info,
        "child pid {pid} killed by signal {signal}.",
        sentence: "A signal ended an external plugin; 15 is how the node ends one itself."
    )

    public static let pluginUseless = Condition(
        "ND-G24",
        .warning,
        plugin + "does not generate useful output but it reports success (exits with 0). "
            + "Waiting a bit before starting it again.",
        recognised: [
            plugin + "does not generate useful output but it reports success (exits with 0). "
                + "Waiting a bit before starting it again.."
        ],
        sentence: "A plugin ended without an error and without a single collection; it is tried again later.",
        causes: ["there is nothing here that it could collect", "it prints lines that are no commands"],
        fix: ["if you don't need it, in netdata.conf:", "[plugins]", "    NAME = no"]
    )

    public static let pluginUselessDisabled = Condition(
        "ND-G25",
        .warning,
        plugin + "does not generate useful output but it reports success (exits with 0). "
            + "Will not start it again - it is now disabled.",
        recognised: [
            plugin + "does not generate useful output but it reports success (exits with 0). "
                + "Will not start it again - it is now disabled.."
        ],
        sentence: "A plugin has nothing to collect here and will not run again until the node is restarted.",
        causes: ["it said DISABLE: what it looks for is not there", "its output broke the protocol"],
        fix: ["if you don't need it, in netdata.conf:", "[plugins]", "    NAME = no"]
    )

    public static let pluginUselessTooOften = Condition(
        "ND-G26",
        .error,
        plugin + "does not generate useful output, although it reports success (exits with 0)."
            + "We have tried to collect something {times} times - unsuccessfully. Disabling it.",
        sentence: "A plugin collected nothing in many runs and will not run again until the node is restarted.",
        causes: ["there is nothing here that it could collect", "it prints lines that are no commands"],
        fix: ["if you don't need it, in netdata.conf:", "[plugins]", "    NAME = no"]
    )

    public static let pluginKilled = Condition(
        "ND-G27",
        .error,
        level: .info,
        plugin + "was killed with SIGTERM. Disabling it.",
        sentence:
            "A signal ended a plugin (the line before says which); it will not run again until the node is restarted.",
        causes: ["somebody killed it", "it crashed", "the kernel ran out of memory and chose it"],
        fix: ["look for its name in: dmesg | tail", "then restart the node"]
    )

    public static let pluginFailedAtOnce = Condition(
        "ND-G28",
        .error,
        plugin + "exited with error code {code} and haven't collected any data. Disabling it.",
        sentence: "A plugin failed before its first collection and will not run again until the node is restarted.",
        causes: [
            "126: the file is not executable", "127: its interpreter is not installed", "it lacks a right or a library",
        ],
        fix: ["run it by hand and read what it prints: sudo -u USER PATH 1"]
    )

    public static let pluginFailed = Condition(
        "ND-G29",
        .error,
        plugin + "exited with error code {code}, but has given useful output in the past ({count} times). "
            + "Waiting a bit before starting it again.",
        sentence: "A plugin that works otherwise has failed; it is started again soon.",
        causes: ["what it collects from is away for the moment"],
        fix: ["its own lines above say what is missing"]
    )

    public static let pluginFailedTooOften = Condition(
        "ND-G30",
        .error,
        plugin + "exited with error code {code}, but has given useful output in the past ({count} times)."
            + "We tried to restart it {times} times, but it failed to generate data. Disabling it.",
        sentence:
            "A plugin worked once but failed many times since; it will not run again until the node is restarted.",
        causes: ["what it collects from is gone"],
        fix: ["its own lines above say what is missing", "then restart the node"]
    )

    public static let pluginDirectoryUnreadable = Condition(
        "ND-G31",
        .warning,
        level: .error,
        "cannot open plugins directory '{directory}'",
        sentence: "A directory that should hold plugins cannot be read.",
        causes: ["netdata.conf names it and it does not exist", "the node's user may not read it"],
        fix: [
            "make it, or name the right ones in netdata.conf:", "[directories]",
            "    plugins = \"/usr/lib/netdata/plugins.d\"",
        ]
    )

    public static let pluginNotStarted = Condition(
        "ND-G32",
        .error,
        "cannot start '{path}': {reason}",
        sentence: "No process could be made for a plugin; it is tried again later.",
        causes: ["the limit of processes or open files is reached"],
        fix: ["ulimit -u; ulimit -n"]
    )

    public static let pluginSays = Condition(
        "ND-G33",
        .info,
        "{line}",
        sentence: "A plugin's own words, from its standard error."
    )

    public static let pluginSaysTooMuch = Condition(
        "ND-G34",
        .warning,
        "{count} more lines that the plugin wrote to its standard error were left out",
        sentence: "A plugin writes so much to its standard error that not all of it is logged.",
        causes: ["the plugin fails over and over"],
        fix: ["run it by hand and read what it prints: sudo -u USER PATH 1"]
    )

    public static let pluginStopping = Condition(
        "ND-G35",
        .info,
        "killing child process pid {pid}",
        sentence: "A plugin is ended because the node ends."
    )

    public static let pluginLineTooLong = Condition(
        "ND-G36",
        .error,
        "PLUGINSD: a line of '{path}' is longer than {limit} bytes. Stopping it.",
        sentence: "A plugin wrote a line that is longer than any command may be.",
        causes: ["it prints something that is no command"],
        fix: ["run it by hand and look at what it prints: sudo -u USER PATH 1"]
    )

    public static let pluginDirectoryMissing = Condition(
        "ND-G37",
        .info,
        "there is no plugins directory '{directory}'",
        sentence: "Netdata's external plugins are not where they would be by default; the node's own collectors run."
    )
}

extension Catalogue {
    static let plugins: [Condition] = [
        .pluginStarted, .pluginEnded, .pluginExitCode, .pluginSignal, .pluginUseless, .pluginUselessDisabled,
        .pluginUselessTooOften, .pluginKilled, .pluginFailedAtOnce, .pluginFailed, .pluginFailedTooOften,
        .pluginDirectoryUnreadable, .pluginNotStarted, .pluginSays, .pluginSaysTooMuch, .pluginStopping,
        .pluginLineTooLong, .pluginDirectoryMissing,
    ]
}
