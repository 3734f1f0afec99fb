// What can come to the connectors of exporting.conf (exporting §1, §5).

extension Condition {
    // MARK: The link

    public static let exportingConnected = Condition(
        "ND-E1",
        .info,
        "EXPORTING: instance '{name}' is connected to '{destination}'",
        sentence: "Metrics go to this database."
    )

    public static let exportingCannotConnect = Condition(
        "ND-E2",
        .error,
        "EXPORTING: failed to update '{destination}' of instance '{name}': {reason}",
        recognised: ["EXPORTING: failed to update '{destination}'"],
        sentence: "The database that metrics are exported to cannot be reached; it is tried again at every batch.",
        causes: [
            "nobody listens at that address: the database is stopped", "the port is another one",
            "a firewall drops the connection", "the name cannot be resolved",
        ],
        fix: ["look whether it answers: nc -vz HOST PORT", "in exporting.conf: destination = HOST:PORT"]
    )

    public static let exportingWriteFailed = Condition(
        "ND-E3",
        .error,
        "EXPORTING: failed to write data to '{destination}'. Willing to write {asked} bytes, wrote {written} bytes. "
            + "Will re-connect. ({reason})",
        recognised: [
            "EXPORTING: failed to write data to '{destination}'. Willing to write {asked} bytes, wrote {written} bytes. "
                + "Will re-connect."
        ],
        sentence: "A connection to a database broke while a batch was written; the batch is sent again.",
        causes: ["the database was restarted", "it is too slow: timeout ms was over"],
        fix: ["in exporting.conf, for a slow database: timeout ms = 30000"]
    )

    public static let exportingClosed = Condition(
        "ND-E4",
        .info,
        "EXPORTING: '{destination}' closed the socket",
        sentence: "The database ended the connection; it is opened again at the next batch."
    )

    public static let exportingDropped = Condition(
        "ND-E5",
        .warning,
        "EXPORTING: instance '{name}' lost {count} metrics: its buffer is full",
        sentence: "The database was away for longer than the buffer lasts, so the oldest batch is gone.",
        causes: ["the database is away or too slow", "buffer on failures is small for such an outage"],
        fix: ["in exporting.conf: buffer on failures = 60"]
    )

    public static let exportingBatchTooLarge = Condition(
        "ND-E6",
        .warning,
        "EXPORTING: a batch of instance '{name}' has reached {limit} bytes: {count} charts are left out",
        sentence: "There is more to send at once than a batch may hold.",
        causes: ["very many hosts are exported in one connector"],
        fix: ["export them in several connectors, each with its own: send hosts matching = PATTERN"]
    )

    public static let exportingNotStarted = Condition(
        "ND-E7",
        .error,
        "EXPORTING: cannot start: {reason}",
        sentence: "Nothing is exported.",
        causes: ["the limit of open files is low"],
        fix: ["raise LimitNOFILE of the service"]
    )

    // MARK: The file

    public static let exportingUnknownConnector = Condition(
        "ND-E20",
        .warning,
        level: .error,
        "Section ({section}) does not specify a valid connector",
        sentence: "A section of exporting.conf is no [TYPE:NAME] of a type there is, so it has no effect.",
        causes: ["a typing mistake", "the name is missing: [graphite:NAME]"],
        fix: ["write [graphite:NAME], [opentsdb:NAME], [json:NAME] or [prometheus_remote_write:NAME]"]
    )

    public static let exportingInstanceExists = Condition(
        "ND-E21",
        .warning,
        level: .error,
        "Instance ({name}) already exists",
        sentence: "Two sections of exporting.conf have one name; the second one has no effect.",
        causes: ["a section was copied"],
        fix: ["give it another name: what follows the last colon"]
    )

    public static let exportingUnknownSource = Condition(
        "ND-E22",
        .warning,
        level: .error,
        "EXPORTING: invalid data data_source method '{value}'.",
        sentence: "There is no such data source: averages are sent.",
        causes: ["a typing mistake"],
        fix: ["data source = average, or sum, or as collected"]
    )

    public static let exportingNeedsDatabase = Condition(
        "ND-E23",
        .warning,
        "instance '{name}' sends '{source}', which needs a database: of hosts in memory mode none nothing is sent",
        sentence: "Averages and sums are made of stored samples; without a database only `as collected` can be sent.",
        causes: ["the node is a headless collector or proxy: memory mode none"],
        fix: ["in exporting.conf: data source = as collected", "or keep a database: [db] mode = ram"]
    )

    public static let exportingNotEnabled = Condition(
        "ND-E24",
        .info,
        "[{section}] is enabled and exporting as a whole is not: nothing is sent",
        sentence: "Connectors run only with `enabled = yes` in [exporting:global] too.",
        fix: ["in exporting.conf:", "[exporting:global]", "    enabled = yes"]
    )

    public static let exportingTooMany = Condition(
        "ND-E25",
        .warning,
        "[{section}] has no effect: {limit} connectors are the most",
        sentence: "There are more connectors in exporting.conf than a node serves.",
        causes: ["the file was generated"],
        fix: ["delete sections"]
    )

    public static let exportingNotBuilt = Condition(
        "ND-E26",
        .warning,
        level: .error,
        "{type} support isn't compiled",
        sentence:
            "A connector of exporting.conf sends to a service for which there is no support, so it has no effect.",
        causes: ["the file was written for a Netdata that was built with the libraries of this service"],
        fix: ["enabled = no in its section, or another type: what takes Prometheus remote write is reached by all"]
    )

    public static let exportingNoEffect = Condition(
        "ND-E27",
        .info,
        "'{name}' of [{section}] has no effect: {reason}",
        sentence: "An option is set that this type of connector does not look at."
    )

    public static let exportingPasswordReadable = Condition(
        "ND-E28",
        .warning,
        "the password goes readable to '{destination}', a public address",
        sentence: "Whoever is on the way can read it, and the metrics.",
        causes: ["the type of the section ends in :http"],
        fix: ["use the type that ends in :https, or put :SSL behind the destination"]
    )

    public static let exportingSkipsVerification = Condition(
        "ND-E29",
        .warning,
        "with 'ssl skip certificate verification = yes' nobody notices an impostor at the database '{destination}'",
        sentence: "Metrics are encrypted, but whoever answers there gets them, and the password.",
        causes: ["verification was switched off to get a self-signed certificate accepted"],
        fix: ["set 'ssl skip certificate verification = no' and 'CAfile = /PATH/TO/ITS/CERTIFICATE-OR-CA.pem'"]
    )

    public static let exportingNoPath = Condition(
        "ND-E30",
        .warning,
        "'{value}' of 'remote write URL path' is no path: '{used}' counts",
        sentence: "A path begins with / and has neither blanks nor other letters than those of English.",
        causes: ["a whole URL was written: the host belongs into `destination`", "a typing mistake"],
        fix: ["remote write URL path = /api/v1/write"]
    )
}

extension Catalogue {
    static let exporting: [Condition] = [
        .exportingConnected, .exportingCannotConnect, .exportingWriteFailed, .exportingClosed, .exportingDropped,
        .exportingBatchTooLarge, .exportingNotStarted, .exportingUnknownConnector, .exportingInstanceExists,
        .exportingUnknownSource, .exportingNeedsDatabase, .exportingNotEnabled, .exportingTooMany, .exportingNotBuilt,
        .exportingNoEffect, .exportingPasswordReadable, .exportingSkipsVerification, .exportingNoPath,
    ]
}
