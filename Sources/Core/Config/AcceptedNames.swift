/// Names that files of the original hold and that mean nothing here: they are read past without a word, so that a
/// warning stays worth reading.
enum AcceptedNames {
    /// Whether any name may stand in this section of netdata.conf.
    static func isOpen(_ section: String) -> Bool {
        openSections.contains(section) || openPrefixes.contains(where: section.hasPrefix)
            // Releases before 1.2x wrote a section for each chart.
            || section.contains(".")
    }

    /// Whether this name of a section of the table is one of the original's that has no effect here.
    static func isKnown(_ section: String, _ name: String) -> Bool {
        names[section]?.contains(name) == true || prefixes[section]?.contains(where: name.hasPrefix) == true
    }

    private static let openSections: Set<String> = [
        "plugins", "environment variables", "host labels", "statsd", "health", "registry", "ml", "cloud", "sqlite",
        "global statistics", "pulse", "telemetry", "backend", "exporting", "webrtc", "h2o", "nd_ack",
    ]

    private static let openPrefixes = ["plugin:", "statsd_", "opentsdb:", "exporting:"]

    private static let names: [String: Set<String>] = [
        "global": [
            "run as user", "web files owner", "web files group", "glibc malloc arena max for plugins",
            "glibc malloc arena max for netdata", "libuv worker threads", "enable metric correlations",
            "metric correlations method", "OOM score", "process scheduling policy", "process scheduling priority",
            "process nice level", "pthread stack size", "cpu cores", "is ephemeral node", "has unstable connection",
            "profile", "crash reports", "debug flags", "gap when lost iterations above", "host access prefix",
            "error log file", "enable zero metrics", "max charts per host", "parallel workers",
        ],
        "db": [
            "parallel initialization", "dbengine use direct io", "dbengine enable journal integrity check",
            "extreme cardinality protection",
        ],
        "web": [
            "enable web responses gzip compression", "web files owner", "web files group",
            "single threaded web server threads", "static threaded web server threads", "custom dashboard info js",
            "ssl versions", "web server socket timeout", "enable per-second api rate limits",
            "bearer token protection", "access-control-allow-origin",
        ],
        "logs": ["collector", "systemd journal", "severity level", "debug log"],
        "directories": ["stock data", "cloud.d", "health silencers", "custom plugins"],
    ]

    private static let prefixes: [String: [String]] = [
        "db": ["dbengine ", "extreme cardinality "],
        "stream": [
            "brotli compression level", "zstd compression level", "lz4 compression ", "gzip compression level",
            "parent using h2o",
        ],
        "API_KEY": ["health log ", "ephemeral "],
        "MACHINE_GUID": ["health log ", "ephemeral "],
    ]
}
