// What receivers of metrics answer, and what TLS says against them (exporting §4, §5).

extension Condition {
    public static let exportingNotEncrypted = Condition(
        "ND-E8",
        .error,
        "EXPORTING: no encrypted connection to '{destination}' of instance '{name}': {reason} ({code})",
        sentence: "The database was reached and the connection could not be encrypted, so nothing was sent.",
        causes: [
            "its certificate is not signed by an authority that is known here",
            "its certificate is for another name than the one in `destination`",
            "the port is not one for TLS",
        ],
        fix: [
            "ndstream tail --explain {code}", "in exporting.conf, in the section of the connector:",
            "    CAfile = /etc/ndstream/ssl/database-ca.pem", "or, unencrypted: leave out :SSL, or https in its type",
        ]
    )

    public static let exportingNoAnswer = Condition(
        "ND-E9",
        .error,
        "EXPORTING: '{destination}' gave instance '{name}' no answer: {reason}",
        sentence: "A batch was sent and nobody said whether it was taken; it is sent again at the next batch.",
        causes: [
            "the database is too slow: timeout ms was over", "the database was restarted",
            "what listens there speaks no HTTP",
        ],
        fix: ["in exporting.conf, for a slow database: timeout ms = 30000"]
    )

    public static let exportingUnavailable = Condition(
        "ND-E10",
        .warning,
        "EXPORTING: '{destination}' cannot take metrics of instance '{name}' now: {status} '{words}'",
        sentence: "The database has said that it will take them later; the batch is sent again at the next one.",
        causes: ["it is starting, or overloaded", "what stands in front of it does not reach it"],
        fix: ["look at the database's own log"]
    )

    public static let exportingRefused = Condition(
        "ND-E11",
        .error,
        "EXPORTING: '{destination}' refuses metrics of instance '{name}': {status} '{words}'; {count} are dropped",
        sentence:
            "The database does not take these metrics, and would not take them a second time; the quotes are its words.",
        causes: [
            "401, 403: username or password", "404: the path is another one, or the type of the connector",
            "400: a name or a label that it does not accept, or samples that are older than what it has",
            "413: it takes smaller requests only",
        ],
        fix: [
            "in exporting.conf: username, password, remote write URL path, or the type of the section",
            "look at the database's own log",
        ]
    )

    public static let exportingNoHTTP = Condition(
        "ND-E12",
        .error,
        "EXPORTING: '{destination}' gave instance '{name}' an answer that is not understood: {reason}",
        sentence: "What came back is no HTTP; the batch is sent again at the next one.",
        causes: [
            "the port is that of another program", "the port wants TLS: the type of the section ends in :https then",
        ],
        fix: ["curl -v http://{destination}/"]
    )

    public static let exportingTrustUnusable = Condition(
        "ND-E13",
        .error,
        "EXPORTING: instance '{name}' sends nothing: '{file}' cannot be used: {reason}",
        sentence: "Certificates could not be verified with this file or directory, so no connection is made.",
        causes: ["the file is not in PEM format, or has no certificate in it", "this user may not read it"],
        fix: ["openssl x509 -in {file} -noout -subject"]
    )
}

extension Catalogue {
    static let exportingHTTP: [Condition] = [
        .exportingNotEncrypted, .exportingNoAnswer, .exportingUnavailable, .exportingRefused, .exportingNoHTTP,
        .exportingTrustUnusable,
    ]
}
