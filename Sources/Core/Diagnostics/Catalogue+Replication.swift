// The filling of gaps from a child's own database, as the parent sees it (streaming protocol §10), and the gaps of hosts.

extension Condition {
    // MARK: A normal day

    public static let replicationStarted = Condition(
        "ND-R1",
        .info,
        "STREAM {host} [receive from [{ip}]:{port}]: replication started: {charts} charts so far, from {from}.",
        sentence: "The child is asked for what it collected while it could not be received."
    )

    public static let replicationFinished = Condition(
        "ND-R2",
        .info,
        "STREAM {host} [receive from [{ip}]:{port}]: replication finished: {charts} charts, {seconds} seconds of charts filled with {samples} samples in {duration} seconds.",
        sentence: "What the child still had of the time before is stored; live data follows."
    )

    // MARK: What a child says wrongly

    public static let replicatedTimeInvalid = Condition(
        "ND-R3",
        .error,
        "PLUGINSD REPLAY ERROR: 'host:{host}/chart:{chart}' got a RBEGIN from {from} to {to}, but timestamps are invalid (now is {now} [{clock}], tolerance {tolerance}). Ignoring RSET",
        sentence: "A child sent points of a time that cannot be; they are not stored.",
        causes: ["the child's clock was never set, or jumped", "what sends is no Netdata"],
        fix: ["chronyc tracking", "on {host}, and set its clock"]
    )

    public static let replicationMalformedEnd = Condition(
        "ND-R4",
        .error,
        "REPLAY: malformed REND command",
        sentence: "The end of a replicated range lacks what it must say; the connection was closed.",
        causes: ["what sends is no Netdata, or one of an unknown version"],
        fix: ["update Netdata on {host}", "or, to do without: enable replication = no in its section of stream.conf"]
    )

    public static let replicationWithoutChart = Condition(
        "ND-R5",
        .error,
        "PLUGINSD: command {command} requires a chart defined via command {by}, but is not set.",
        sentence: "A child spoke of a chart's past before it named the chart; the connection was closed.",
        causes: ["what sends is no Netdata, or one of an unknown version"],
        fix: ["update Netdata on {host}", "or, to do without: enable replication = no in its section of stream.conf"]
    )

    public static let replicationOfUnknownChart = Condition(
        "ND-R6",
        .error,
        "PLUGINSD: 'host:{host}/chart:{chart}' got a RBEGIN but chart does not exist.",
        sentence: "A child sent the past of a chart that it had not defined; the connection was closed.",
        causes: ["what sends is no Netdata, or one of an unknown version"],
        fix: ["update Netdata on {host}", "or, to do without: enable replication = no in its section of stream.conf"]
    )

    public static let replicationOfUnknownDimension = Condition(
        "ND-R7",
        .error,
        "PLUGINSD: 'host:{host}/chart:{chart}/dim:{dimension}' got a {command} but dimension does not exist.",
        sentence: "A child sent the past of a dimension that it had not defined; the connection was closed.",
        causes: ["what sends is no Netdata, or one of an unknown version"],
        fix: ["update Netdata on {host}", "or, to do without: enable replication = no in its section of stream.conf"]
    )

    public static let replicationWithoutDimension = Condition(
        "ND-R8",
        .error,
        "PLUGINSD: 'host:{host}/chart:{chart}' got a {command}, without a dimension.",
        sentence: "A child sent a value of the past without saying of which dimension; the connection was closed.",
        causes: ["what sends is no Netdata, or one of an unknown version"],
        fix: ["update Netdata on {host}", "or, to do without: enable replication = no in its section of stream.conf"]
    )

    // MARK: Trouble

    public static let replicationEndless = Condition(
        "ND-R9",
        .error,
        "STREAM {host} [receive from [{ip}]:{port}]: replication of chart '{chart}' does not advance: {rounds} answers in a row brought nothing new. Taking its live data instead.",
        sentence: "A child answers without ever reaching the present, so it is asked no more for this chart.",
        causes: ["the child's clock jumped while it answered", "what sends is no Netdata"],
        fix: ["restart Netdata on {host}", "or, to do without: enable replication = no in its section of stream.conf"]
    )

    public static let replicationStuck = Condition(
        "ND-R10",
        .warning,
        level: .error,
        "STREAM {host} [receive from [{ip}]:{port}]: no answer to a replication request for {seconds} seconds ({charts} charts wait, chart '{chart}' for the longest).",
        sentence: "The child is connected but does not answer for some charts, so they have no live data either.",
        causes: [
            "the child is overloaded or its disk is slow", "the link is too slow for the range that was asked for",
        ],
        fix: [
            "seconds to replicate = 600", "in its section of stream.conf here, and restart Netdata on {host}",
        ]
    )

    public static let replicationClockUnbelievable = Condition(
        "ND-R11",
        .error,
        "STREAM {host} [receive from [{ip}]:{port}]: the child's clock says {clock}, {offset} seconds from this machine's. Not replicating.",
        sentence: "The times in the child's database cannot be believed, so nothing is filled from it.",
        causes: ["the child's clock was never set", "this machine's clock is wrong"],
        fix: ["chronyc tracking", "on both machines, and set the clock that is wrong"]
    )

    public static let clockFarOff = Condition(
        "ND-R12",
        .error,
        "STREAM {host} [receive from [{ip}]:{port}]: the child's clock is {offset} seconds from this machine's.",
        sentence: "The two clocks differ by more than a minute: what is stored of this host stands at wrong times.",
        causes: ["the child does not synchronise its clock", "this machine does not"],
        fix: ["chronyc tracking", "on both machines, and set the clock that is wrong"]
    )

    public static let clockOff = Condition(
        "ND-R13",
        .warning,
        "STREAM {host} [receive from [{ip}]:{port}]: the child's clock differs by {offset} seconds.",
        sentence: "The two clocks differ by a few seconds: this host's data stands beside that of others by as much.",
        causes: ["the child does not synchronise its clock", "this machine does not"],
        fix: ["chronyc tracking", "on both machines"]
    )

    // MARK: Gaps of a host

    public static let gapUnfillable = Condition(
        "ND-R14",
        .warning,
        "STREAM {host} [receive from [{ip}]:{port}]: {seconds} seconds until {until} stay empty: the child does not have them.",
        sentence: "A gap could not be filled wholly: the child keeps only so many seconds, or it was not running.",
        causes: [
            "the outage was longer than what the child keeps", "the child was restarted and keeps data in memory only",
        ],
        fix: ["[db] retention = 86400", "in netdata.conf of {host}, to let it bridge a day"]
    )

    public static let gapOfOutage = Condition(
        "ND-G70",
        .warning,
        "STREAM {host} [receive from [{ip}]:{port}]: {seconds} seconds until {until} are missing: {cause}, and nothing filled them.",
        sentence: "Nothing was received from this host for a while, and its data has a gap.",
        causes: [
            "the link was interrupted, or one of the two nodes was stopped", "replication is off here or at the child",
        ],
        fix: ["enable replication = yes", "in [db] of netdata.conf on both sides, to have such gaps filled"]
    )

    public static let gapWithinConnection = Condition(
        "ND-G71",
        .warning,
        "STREAM {host} [receive from [{ip}]:{port}]: the child collected nothing for {seconds} seconds until {until}.",
        sentence: "The connection lived, but the child measured nothing for a while.",
        causes: ["the child was suspended, or its machine was", "the child was too busy to collect"],
        fix: ["journalctl -k --since -1h", "on {host}, for a machine that slept or ran out of memory"]
    )

    public static let gapOfClock = Condition(
        "ND-G72",
        .warning,
        "STREAM {host} [receive from [{ip}]:{port}]: the child's clock jumped {seconds} seconds ahead; its charts have a gap until {until}.",
        sentence: "All charts of a host moved ahead in time at once, though no time had passed.",
        causes: ["the child's clock was set", "a virtual machine was resumed"],
        fix: ["chronyc tracking", "on {host}: clocks should be slewed, not stepped"]
    )
}

extension Catalogue {
    static let replication: [Condition] = [
        .replicationStarted, .replicationFinished, .replicatedTimeInvalid, .replicationMalformedEnd,
        .replicationWithoutChart, .replicationOfUnknownChart, .replicationOfUnknownDimension,
        .replicationWithoutDimension, .replicationEndless, .replicationStuck, .replicationClockUnbelievable,
        .clockFarOff, .clockOff, .gapUnfillable, .gapOfOutage, .gapWithinConnection, .gapOfClock,
    ]
}
