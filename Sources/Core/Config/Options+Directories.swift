private func old(_ name: String, in section: String = "global") -> [Option.Name] { [Option.Name(section, name)] }

extension Option {
    static let directories = [
        Option(
            "directories",
            "config",
            .path,
            .text("{config}"),
            also: old("config directory"),
            "Where the configuration files are."
        ),
        Option(
            "directories",
            "stock config",
            .path,
            .text("{stock config}"),
            also: old("stock config directory"),
            "Where files are taken from that the configuration directory lacks."
        ),
        Option(
            "directories",
            "log",
            .path,
            .text("{log}"),
            also: old("log directory"),
            "Where the logs are written."
        ),
        Option(
            "directories",
            "web",
            .path,
            .text("{web}"),
            also: old("web files directory") + [Name("web", "web files directory")],
            "Where the files of a dashboard are, which then replaces the built-in one."
        ),
        Option(
            "directories",
            "cache",
            .path,
            .text("{cache}"),
            also: old("cache directory"),
            "Where databases are kept."
        ),
        Option(
            "directories",
            "lib",
            .path,
            .text("{lib}"),
            also: old("lib directory"),
            "Where the node's identity and other state are kept."
        ),
        Option(
            "directories",
            "run",
            .path,
            .text("{run}"),
            "Where the admin socket is."
        ),
        Option(
            "directories",
            "home",
            .path,
            .text("{lib}"),
            also: old("home directory"),
            "The home directory of plugins."
        ),
        Option(
            "directories",
            "lock",
            .path,
            .text("{run}"),
            also: old("lock directory"),
            "Where plugins keep their locks."
        ),
        Option(
            "directories",
            "plugins",
            .paths,
            .text("\"/usr/lib/netdata/plugins.d\" \"{config}/custom-plugins.d\""),
            also: old("plugins directory"),
            "Where external plugins are, in quotes; 20 directories at most."
        ),
        Option(
            "directories",
            "health config",
            .path,
            .text("{config}/health.d"),
            also: old("health configuration directory", in: "health"),
            "Where the alarms of this node are defined."
        ),
        Option(
            "directories",
            "stock health config",
            .path,
            .text("{stock config}/health.d"),
            also: old("stock health configuration directory", in: "health"),
            "Where the alarms are defined that came with the program."
        ),
        Option(
            "directories",
            "registry",
            .path,
            .text("{lib}/registry"),
            also: old("registry db directory", in: "registry"),
            "Where the machine GUID is kept."
        ),
    ]

    static let logs = [
        Option(
            "logs",
            "error",
            .log,
            .text("{log}/error.log"),
            also: old("error log") + [Name("logs", "daemon")],
            "Where everything worth knowing is written."
        ),
        Option(
            "logs",
            "access",
            .log,
            .text("{log}/access.log"),
            also: old("access log"),
            "Where requests, connections and disconnections are written."
        ),
        Option(
            "logs",
            "debug",
            .log,
            .text("{log}/debug.log"),
            also: old("debug log"),
            "Where debugging output of plugins would go."
        ),
        Option(
            "logs",
            "health",
            .log,
            .text("{log}/health.log"),
            "Where changes of alarms are written."
        ),
        Option(
            "logs",
            "facility",
            .text,
            .text("daemon"),
            also: old("facility log"),
            "The syslog facility of logs that go there."
        ),
        Option(
            "logs",
            "debug flags",
            .text,
            .text("0x0000000000000000"),
            also: old("debug flags"),
            "Handed to plugins; nothing else reads it."
        ),
        Option(
            "logs",
            "errors flood protection period",
            .seconds(0 ... .max),
            .text("1200"),
            also: old("errors flood protection period") + [Name("logs", "logs flood protection period")],
            "The time over which equal lines are counted; 0 is no protection."
        ),
        Option(
            "logs",
            "errors to trigger flood protection",
            .integer(0 ... .max),
            .text("200"),
            also: old("errors to trigger flood protection") + [Name("logs", "logs to trigger flood protection")],
            "How many equal lines are written in that time."
        ),
        Option(
            "logs",
            "level",
            .words(["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]),
            .text("info"),
            "The least that is written to the error log."
        ),
        Option(
            "logs",
            "format",
            .words(["netdata", "json", "logfmt"]),
            .text("netdata"),
            "How lines of the error log look."
        ),
    ]

    static let environmentAndLabels = [
        Option(
            "environment variables",
            "TZ",
            .text,
            .none,
            also: old("TZ environment variable"),
            "The TZ variable of plugins."
        ),
        Option(
            "environment variables",
            "PATH",
            .text,
            .none,
            also: old("PATH environment variable", in: "plugins"),
            "The PATH variable of plugins."
        ),
        Option(
            "environment variables",
            "PYTHONPATH",
            .text,
            .none,
            also: old("PYTHONPATH environment variable", in: "plugins"),
            "The PYTHONPATH variable of plugins."
        ),
        Option(
            "environment variables",
            "NAME",
            .text,
            .none,
            "Any further variable of plugins."
        ),
        Option(
            "host labels",
            "NAME",
            .text,
            .none,
            "A label of this host; it travels with its metrics."
        ),
    ]
}
