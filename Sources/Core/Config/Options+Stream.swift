extension Option {
    private init(
        _ name: String,
        _ kind: Kind,
        _ defaultValue: Default,
        also names: [String] = [],
        _ sentence: String
    ) {
        self.init(
            "stream",
            name,
            kind,
            defaultValue,
            file: .stream,
            also: names.map { Name("stream", $0) },
            sentence
        )
    }

    static let stream = [
        Option(
            "enabled",
            .boolean,
            .text("no"),
            "Whether this node's metrics, and those it receives, are streamed on."
        ),
        Option(
            "destination",
            .destinations,
            .text(""),
            "The parents to stream to, the first that can be reached; while it can, no other is looked for."
        ),
        Option("api key", .guid, .text(""), "The key that the parent knows."),
        Option(
            "timeout seconds",
            .seconds(1 ... .max),
            .text("60"),
            also: ["timeout"],
            "How long connecting, the parent's answer and a silent connection may take."
        ),
        Option("default port", .port, .text("19999"), "The port of destinations without one."),
        Option("send charts matching", .pattern, .text("*"), "Which charts are streamed, by id or name."),
        Option(
            "buffer size bytes",
            .bytes(16_384 ... .max),
            .text("10485760"),
            also: ["buffer size"],
            "How much may wait to be sent before the connection is given up."
        ),
        Option(
            "reconnect delay seconds",
            .seconds(1 ... .max),
            .text("5"),
            also: ["reconnect delay"],
            "How long to wait before the next attempt to connect."
        ),
        Option(
            "initial clock resync iterations",
            .integer(0 ... .max),
            .text("60"),
            "For how many collections of a new connection the parent's clock counts."
        ),
        Option(
            "enable compression",
            .boolean,
            .text("yes"),
            "Whether streams are compressed, both those that are sent and those that are received."
        ),
        Option(
            "ssl skip certificate verification",
            .boolean,
            .text("no"),
            "Whether the parent's certificate may be anybody's, of destinations with :SSL."
        ),
        Option(
            "ssl verify hostname",
            .triState,
            .text("auto"),
            "Whether the parent's certificate must be for the name in `destination`: auto insists on it where the "
                + "system's certificates are trusted, and only warns where CAfile or CApath names others. Netdata never "
                + "looks at the name."
        ),
        Option(
            "CApath",
            .path,
            .none,
            "A directory of trusted certificates under their hashed names (openssl rehash); without CApath and CAfile "
                + "those of the system are trusted."
        ),
        Option("CAfile", .path, .none, "A file of trusted certificates; where it is missing, as if it were not set."),
        Option(
            "compression algorithms order",
            .text,
            .text("zstd lz4 brotli gzip"),
            "Which compressions are preferred; this version speaks lz4."
        ),
    ]
}
