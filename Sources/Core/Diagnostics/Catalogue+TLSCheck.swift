// What `check-tls` finds out by itself; what TLS says stands beside it in Catalogue+TLS (streaming protocol §14).

extension Condition {
    public static let plainDefect = Condition(
        "ND-T360",
        .error,
        "{server} has certificates and gives plain children no answer.",
        sentence:
            "A known defect of Netdata < 1.40: with certificates its ports cannot answer children that do not encrypt.",
        causes: [
            "the parent is a Netdata from 1.34 to 1.39, as Debian 12 has it, with `ssl key` and `ssl certificate`"
        ],
        fix: [
            "on the child, add :SSL to the destination: {encrypted}",
            "or upgrade the parent to Netdata 1.40 or to ndstream",
            "or take the certificate away from the parent, if nobody else encrypts",
        ]
    )

    public static let encryptsToPlainParent = Condition(
        "ND-T361",
        .error,
        "{destination} ends in :SSL, but the parent has no TLS at this port.",
        sentence: "The child encrypts and the parent cannot: the document's table has no such row, it never connects.",
        causes: ["`ssl key` and `ssl certificate` are missing in the parent's netdata.conf, or their files"],
        fix: [
            "on the parent, in netdata.conf:", "[web]", "    ssl key = /etc/netdata/ssl/key.pem",
            "    ssl certificate = /etc/netdata/ssl/cert.pem", "or, without protection, on the child:", "[stream]",
            "    destination = {plain}",
        ]
    )

    public static let plainToForcedPort = Condition(
        "ND-T362",
        .error,
        "The port is ^SSL=force, and {destination} does not encrypt.",
        sentence: "The parent takes only encrypted connections at this port, and rejects the child.",
        causes: [":SSL is missing behind the destination"],
        fix: [
            "on the child, in stream.conf:", "[stream]", "    destination = {encrypted}",
            "or, without protection, take ^SSL=force out of the parent's `bind to`",
        ]
    )

    public static let noNetdata = Condition(
        "ND-T363",
        .error,
        "{destination} is no Netdata: {answer}.",
        sentence: "Something else has this port.",
        causes: ["the port is wrong; Netdata's is 19999", "a proxy has it, and its parent is away"],
        fix: ["put the parent's own address and port into `destination`", "on that machine: ss -ltnp"]
    )

    public static let farEndSilent = Condition(
        "ND-T364",
        .error,
        "{destination} accepts connections and says nothing within {seconds} s.",
        sentence: "Something took the connection and never answered, neither to TLS nor to a web request.",
        causes: [
            "a firewall lets connections through and holds what they carry",
            "the program hangs, or waits for something else",
        ],
        fix: ["on that machine: ss -ltnp", "is it only slow? ndstream check-tls {destination} --timeout 30"]
    )

    public static let portModeUnknown = Condition(
        "ND-T365",
        .error,
        "The port sends plain web requests to https: whether it takes plain streams only a request to stream can tell.",
        sentence:
            "With ^SSL=force it rejects plain children, without a directive it takes them; both look the same from outside.",
        causes: ["no key was given, so nothing was asked that the parent would write into its log"],
        fix: ["ndstream check-tls {destination} --key KEY", "or encrypt: ndstream check-tls {encrypted}"]
    )

    public static let destinationWithoutPort = Condition(
        "ND-T367",
        .error,
        "The parent listens nowhere at port {port}, where {destination} goes.",
        sentence: "No entry of the parent's `bind to` has the port of this destination.",
        causes: ["one of the two ports is wrong"],
        fix: ["on the child, in stream.conf:", "[stream]", "    destination = HOST:{known}"]
    )

    public static let streamingDisabled = Condition(
        "ND-T368",
        .error,
        "The child does not stream: {reason}.",
        sentence: "Whatever TLS does, this child connects to nobody.",
        causes: ["[stream] is not filled in"],
        fix: [
            "in stream.conf:", "[stream]", "    enabled = yes", "    destination = PARENT:19999:SSL",
            "    api key = KEY",
        ]
    )

    public static let encryptedStreamUnanswered = Condition(
        "ND-T369",
        .error,
        "The encrypted request to stream to {destination} was not answered as a parent does: {answer}.",
        sentence: "TLS works, but what is behind it takes no streams.",
        causes: ["the port is a web server's", "the parent is too old to say why it refuses: its error.log does"],
        fix: ["on the parent: grep STREAM error.log"]
    )
}

extension Catalogue {
    static let tlsCheck: [Condition] = [
        .plainDefect, .encryptsToPlainParent, .plainToForcedPort, .noNetdata, .farEndSilent, .portModeUnknown,
        .destinationWithoutPort, .streamingDisabled, .encryptedStreamUnanswered,
    ]
}
