// What the server, its clients' first bytes and the logs themselves can come to (streaming protocol §1, §1.2; web API §1).

extension Condition {
    // MARK: Listening

    public static let listening = Condition(
        "ND-W1",
        .info,
        "Listening on {address}.",
        sentence: "The node accepts connections at this address."
    )

    public static let cannotListen = Condition(
        "ND-W2",
        .error,
        "Cannot listen on {address}: {reason}.",
        recognised: [
            "LISTENER: Failed to bind() on IP '{ip}', port {port}, fd {fd}, error {reason}",
            "LISTENER: Cannot bind to ip '{ip}', port {port}",
        ],
        sentence: "Nobody can connect at this address.",
        causes: [
            "another program, perhaps the real Netdata, has this port", "the address is not one of this machine's",
            "ports below 1024 need root", "the name in `bind to` cannot be resolved",
        ],
        fix: ["ss -ltnp", "in netdata.conf:", "[web]", "    bind to = *:A-FREE-PORT"]
    )

    public static let socketInUse = Condition(
        "ND-W3",
        .error,
        "Cannot listen on {address}: another process answers there.",
        sentence: "The unix socket belongs to a running process.",
        causes: ["this node runs already, with the same state directory"],
        fix: ["stop the other one, or start this one with --state-dir DIRECTORY"]
    )

    // MARK: Connections

    public static let connectionDenied = Condition(
        "ND-W10",
        .warning,
        "Permission denied for client '{ip}', port '{port}'",
        sentence: "A client was cut off because `allow connections from` does not name it.",
        causes: ["the list leaves this client out", "the list says 127.0.0.1 where it must say localhost"],
        fix: ["in netdata.conf:", "[web]", "    allow connections from = localhost THE-CLIENT"]
    )

    public static let tooManyConnections = Condition(
        "ND-W11",
        .warning,
        "Too many connections ({count}). Closing the new one of client '{ip}', port '{port}'.",
        sentence: "The node holds as many connections as it may.",
        causes: ["the limit of open files is low", "somebody opens connections and leaves them"],
        fix: ["ss -tn state established", "raise LimitNOFILE of the service"]
    )

    public static let tooManyConnectionsFromAddress = Condition(
        "ND-W12",
        .warning,
        "Too many connections ({count}) from '{ip}' without a request. Closing the new one from port '{port}'.",
        sentence: "One address holds too many connections that are not streams.",
        causes: [
            "something at that address opens connections and leaves them", "very many children behind one address",
        ],
        fix: ["look at what runs at {ip}"]
    )

    public static let acceptFailed = Condition(
        "ND-W13",
        .error,
        "Cannot accept a connection: {reason}. Trying again in a second.",
        sentence: "The system gave the node no descriptor for a new connection.",
        causes: ["the limit of open files is reached"],
        fix: ["raise LimitNOFILE of the service"]
    )

    public static let firstRequestTimeout = Condition(
        "ND-W14",
        .info,
        "Client '{ip}', port '{port}' sent no request within {seconds} seconds. Closing it.",
        sentence: "A connection was opened, but no complete request came in time.",
        causes: ["a port scanner or a health check that only connects", "a very slow or broken client"]
    )

    public static let requestTooBig = Condition(
        "ND-W15",
        .warning,
        "Received request is too big ({bytes} bytes) from client '{ip}', port '{port}'.",
        sentence: "A request had not ended within the size that is allowed.",
        causes: ["the client does not speak HTTP", "a cookie or a URL is huge"],
        fix: ["look at what connects from {ip}"]
    )

    public static let streamRequestTooBig = Condition(
        "ND-W16",
        .warning,
        "STREAM [receive from [{ip}]:{port}]: request is too big ({bytes} bytes). Forbidding access.",
        sentence: "A streaming request had not ended within the size that is allowed.",
        causes: ["the request comes from no Netdata"],
        fix: ["look at what connects from {ip}"]
    )

    public static let answerNotTaken = Condition(
        "ND-W17",
        .info,
        "Client '{ip}', port '{port}' took {taken} bytes of its answer within {seconds} seconds, {pending} wait. Closing it.",
        sentence: "A client asked for something and then did not read the answer.",
        causes: ["the program at the other end hangs or is stopped", "the way to it is broken, or very slow"]
    )

    public static let tooManyNames = Condition(
        "ND-W18",
        .warning,
        "Client '{ip}', port '{port}' is not let in: the names of {count} others are being looked up. Closing it.",
        sentence: "An `allow … from` list has names in it, and the system's resolver is slower than clients come.",
        causes: ["the name servers do not answer", "somebody connects from very many addresses"],
        fix: ["resolvectl query THE-CLIENT", "or write addresses and networks in the lists, such as 10.0.0.0/8"]
    )

    public static let unexpectedTLS = Condition(
        "ND-T1",
        .warning,
        "Client '{ip}', port '{port}' speaks TLS, but this port has no certificate. Closing it.",
        sentence: "The client encrypts, this node cannot.",
        causes: ["the child's destination ends in :SSL", "a browser was given https:// instead of http://"],
        fix: [
            "on the child, leave out :SSL in `destination`", "or give this node `[web] ssl key` and `ssl certificate`",
        ]
    )

    // MARK: Logs

    public static let logUnavailable = Condition(
        "ND-L1",
        .error,
        "Cannot write the log {path}: {reason}.",
        sentence: "A log file cannot be opened or written; its lines are lost.",
        causes: ["the directory does not exist or belongs to another user", "the disk is full"],
        fix: ["df -h", "ls -ld THE-LOG-DIRECTORY"]
    )

    public static let logLinesLost = Condition(
        "ND-L2",
        .warning,
        "{count} lines of the log {path} were lost.",
        sentence: "Some lines could not be written in time.",
        causes: ["the disk was full, or too slow"],
        fix: ["df -h"]
    )
}

extension Catalogue {
    static let transport: [Condition] = [
        .listening, .cannotListen, .socketInUse, .connectionDenied, .tooManyConnections, .tooManyConnectionsFromAddress,
        .acceptFailed, .firstRequestTimeout, .requestTooBig, .streamRequestTooBig, .answerNotTaken,
        .tooManyNames, .unexpectedTLS, .logUnavailable,
        .logLinesLost,
    ]
}
