// How a TLS handshake ends without a certificate being to blame (streaming protocol §14): somebody speaks something else,
// too little in common, silence. For whom connects, then for whom accepts.

extension Condition {
    private static let send = "STREAM {host} [send to {destination}]: "
    private static let askParent = "ndstream check-tls {destination}"
    private static let askFromChild = "on the child: ndstream check-tls PARENT:19999:SSL"
    private static let giveParentCertificate = [
        "on the parent, in netdata.conf:", "[web]", "    ssl key = /etc/netdata/ssl/key.pem",
        "    ssl certificate = /etc/netdata/ssl/cert.pem",
    ]
    private static let dropSSL = "or, unencrypted: leave out :SSL in `destination` of stream.conf"

    // MARK: Connecting: who answers speaks no TLS

    public static let parentWithoutTLS = Condition(
        "ND-T340",
        .error,
        send + "the parent answers without TLS: '{evidence}'",
        sentence: "A Netdata answers, but it has no certificate: this node encrypts, the parent cannot.",
        causes: [
            "`[web] ssl key` and `ssl certificate` of the parent are not set, or their files are missing or unreadable",
            "the parent was not restarted since they are",
        ],
        fix: giveParentCertificate + ["    bind to = *:19999", dropSSL]
    )

    public static let httpInsteadOfTLS = Condition(
        "ND-T341",
        .error,
        send + "a web server answers without TLS (Server: {server}): '{evidence}'",
        sentence: "A plain web server has this port.",
        causes: [
            "the port is that of another program", "a reverse proxy whose TLS port is another one (443 instead of 80)",
        ],
        fix: ["in stream.conf: name the parent's own port, 19999 where it was not changed", askParent]
    )

    public static let otherInsteadOfTLS = Condition(
        "ND-T342",
        .error,
        send + "{program} answers without TLS: '{evidence}'",
        sentence: "Another program than a Netdata parent has this port.",
        causes: ["the port in `destination` is wrong: that of SSH, mail or a database, for example"],
        fix: ["in stream.conf: destination = PARENT:19999:SSL", askParent]
    )

    public static let silentToTLS = Condition(
        "ND-T343",
        .error,
        send + "nothing answers the TLS handshake within the time.",
        sentence: "Something took the connection and the first words of TLS, and was silent.",
        causes: [
            "the port belongs to a program that waits for more", "the parent hangs, or is far too busy",
            "a firewall lets connections through and holds what they carry",
        ],
        fix: [askParent, "on the parent: does its dashboard answer?"]
    )

    public static let handshakeTimedOut = Condition(
        "ND-T344",
        .error,
        send + "the TLS handshake was not finished within the time.",
        sentence: "The parent began with TLS and did not go on.",
        causes: [
            "big packets do not get through: certificates are the first of them (MTU of a VPN)",
            "the parent is far too busy",
        ],
        fix: ["ping -M do -s 1400 PARENT", askParent]
    )

    public static let closedOnTLS = Condition(
        "ND-T345",
        .error,
        send + "the connection was closed without an answer to the TLS handshake.",
        sentence: "The far end took the connection and ended it when it saw TLS.",
        causes: [
            "the parent has no certificate (`[web] ssl key`, `ssl certificate`)",
            "`[web] allow connections from` of the parent leaves this address out",
            "what has the port is no Netdata, or a proxy whose parent is away",
        ],
        fix: ["on the parent: grep -i -e TLS -e SSL error.log"] + giveParentCertificate + [dropSSL]
    )

    public static let closedDuringTLS = Condition(
        "ND-T346",
        .error,
        send + "the connection was closed in the middle of the TLS handshake.",
        sentence: "The far end began with TLS and ended the connection without saying why.",
        causes: [
            "the parent was stopped or restarted", "a firewall or proxy that inspects TLS cut it",
            "the connection broke",
        ],
        fix: ["nothing, if it happens once: this node tries again by itself", askParent]
    )

    public static let parentTLSTooOld = Condition(
        "ND-T347",
        .error,
        send + "the parent's version of TLS is not taken: {reason}",
        sentence: "The parent speaks TLS 1.0 or 1.1 only; 1.2 is the least here.",
        causes: ["the parent's OpenSSL is old", "`[web] tls version` of the parent is 1.0 or 1.1"],
        fix: ["on the parent, in netdata.conf:", "[web]", "    tls version = 1.3", "update the parent's OpenSSL"]
    )

    public static let parentTLSBroken = Condition(
        "ND-T348",
        .error,
        send + "TLS failed: {reason}",
        sentence: "What the parent says is TLS, but this node cannot go on with it, for the reason in the line.",
        causes: [
            "the reason in the line, in OpenSSL's words", "something between the two changes what is sent",
            "a defect of one side's TLS",
        ],
        fix: [askParent, "openssl s_client -connect PARENT:19999"]
    )

    // MARK: Accepting

    public static let clientWithoutTLS = Condition(
        "ND-T350",
        .warning,
        "Client '{ip}', port '{port}' began as TLS does, but speaks none: '{evidence}'",
        sentence: "What the client sent cannot be read as TLS.",
        causes: ["a port scanner", "a broken client, or something between that changes what is sent"],
        fix: ["look at what connects from {ip}"]
    )

    public static let clientLeftTLS = Condition(
        "ND-T351",
        .info,
        "Client '{ip}', port '{port}' closed the connection in the middle of the TLS handshake.",
        sentence: "A client left before there was an encrypted connection, and did not say why.",
        causes: [
            "a port scanner or a health check", "a browser that warns its user of the certificate",
            "a client that does not take the certificate and says nothing",
        ],
        fix: [askFromChild]
    )

    public static let clientStalledTLS = Condition(
        "ND-T352",
        .info,
        "Client '{ip}', port '{port}' did not finish the TLS handshake within the time. Closing it.",
        sentence: "A client began with TLS and did not go on.",
        causes: [
            "somebody opens connections and leaves them", "a very slow client",
            "big packets do not get through: certificates are the first of them (MTU of a VPN)",
        ],
        fix: ["look at what connects from {ip}", askFromChild]
    )

    public static let clientTLSTooOld = Condition(
        "ND-T353",
        .warning,
        "Client '{ip}', port '{port}' speaks no version of TLS that is allowed here: {reason}",
        sentence: "The client speaks an older TLS than 1.2, or a newer one than `tls version` allows.",
        causes: [
            "the client's OpenSSL is very old", "the client insists on TLS 1.3 and `[web] tls version` is 1.2",
            "a scanner",
        ],
        fix: ["update the client at {ip}", "in netdata.conf: [web] tls version = 1.3"]
    )

    public static let clientWithoutCipher = Condition(
        "ND-T354",
        .warning,
        "Client '{ip}', port '{port}' has no cipher in common with this node: {reason}",
        sentence: "The client and this node have nothing in common that both would encrypt with.",
        causes: [
            "`[web] tls ciphers` leaves out what the client has", "the client is old, or configured very strictly",
            "a scanner",
        ],
        fix: ["in netdata.conf: leave out `[web] tls ciphers`", askFromChild]
    )

    public static let clientTLSBroken = Condition(
        "ND-T355",
        .warning,
        "Client '{ip}', port '{port}': TLS failed: {reason}",
        recognised: [
            "{result} SSL Handshake error ({reason}) on socket {socket}",
            "SSL_read() returned {result} bytes, SSL error {reason}",
            "SSL_write() returned {result} bytes, SSL error {reason}",
        ],
        sentence: "What the other side says is TLS, but this node cannot go on with it, for the reason in the line.",
        causes: ["the reason in the line, in OpenSSL's words", "a scanner or a broken client"],
        fix: ["look at what connects from {ip}", askFromChild]
    )

    /// A defect of Netdata 1.37's parents, which only they write.
    public static let cannotAnswerPlainChild = Condition(
        "ND-T349",
        .error,
        "cannot write to SSL connection - connection is not ready.",
        recognised: [
            "STREAM {host} [receive from [{ip}]:{port}]: cannot send ready command.",
            inAccessLog("FAILED - CANNOT REPLY"),
        ],
        sentence: "The parent took a child's request and could not answer it, so the child was closed without a word.",
        causes: [
            "a Netdata before 1.40 with a certificate cannot answer children that do not encrypt, whatever ^SSL says",
            "the child was gone already",
        ],
        fix: ["on the child, in stream.conf: put :SSL behind the destination", "or update the parent"]
    )
}

extension Catalogue {
    static let tls: [Condition] = [
        .parentWithoutTLS, .httpInsteadOfTLS, .otherInsteadOfTLS, .silentToTLS, .handshakeTimedOut, .closedOnTLS,
        .closedDuringTLS, .parentTLSTooOld, .parentTLSBroken, .clientWithoutTLS, .clientLeftTLS, .clientStalledTLS,
        .clientTLSTooOld, .clientWithoutCipher, .clientTLSBroken, .cannotAnswerPlainChild,
    ]
}
