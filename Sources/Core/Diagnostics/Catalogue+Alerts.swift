// The other side's last word in TLS (RFC 8446 §6.2). The same word means one thing to a parent and another to a child, so
// each has a condition of its own: `ND-T` + 100 + number where a client said it, + 400 where whom we dialled said it.

extension Condition {
    /// Whether a client, a child most probably, did not get in because of TLS: nobody knows more of it than its address.
    public var isFailedClient: Bool {
        code.hasPrefix("ND-T") && severity > .info && text.hasPrefix("Client '{ip}', port '{port}'")
    }

    private static let askFromChild = "on the child: ndstream check-tls PARENT:19999:SSL"
    private static let askParent = "ndstream check-tls {destination}"
    private static let readParentsLog = "on the parent: grep -i -e TLS -e SSL error.log"
    private static let sendChain = [
        "cat server.pem intermediate.pem > fullchain.pem", "in netdata.conf:", "[web]",
        "    ssl certificate = /etc/netdata/ssl/fullchain.pem",
    ]
    private static let trustAuthority = [
        "on the child, in stream.conf:", "[stream]", "    CAfile = /etc/netdata/ssl/ca.pem",
    ]

    private static func fromClient(
        _ number: Int,
        _ name: String,
        sentence: String,
        causes: [String],
        fix: [String]
    ) -> Condition {
        Condition(
            "ND-T\(100 + number)",
            .warning,
            "Client '{ip}', port '{port}' gave up on TLS: \(name) (\(number)).",
            sentence: sentence,
            causes: causes,
            fix: fix
        )
    }

    private static func fromParent(
        _ number: Int,
        _ name: String,
        sentence: String,
        causes: [String],
        fix: [String]
    ) -> Condition {
        Condition(
            "ND-T\(400 + number)",
            .error,
            "STREAM {host} [send to {destination}]: the parent gave up on TLS: \(name) (\(number)).",
            sentence: sentence,
            causes: causes,
            fix: fix
        )
    }

    // MARK: What a client says of our certificate

    public static let clientFoundBadCertificate = fromClient(
        42,
        "bad_certificate",
        sentence:
            "The client does not take this node's certificate: it is not for the name that was dialled, not valid yet, or weak.",
        causes: [
            "the child's destination is a name or an address that the certificate does not have",
            "the child's clock is behind, and the certificate is new", "the key or the signature is too weak",
        ],
        fix: [
            "openssl x509 -in cert.pem -noout -ext subjectAltName -dates",
            "on the child: let `destination` be one of those names", askFromChild,
        ]
    )

    public static let clientFoundUnsupportedCertificate = fromClient(
        43,
        "unsupported_certificate",
        sentence:
            "The client does not take this node's certificate: it was made for another purpose or is of an unknown kind.",
        causes: ["extendedKeyUsage does not name serverAuth", "an algorithm that the client does not have"],
        fix: [
            "openssl x509 -in cert.pem -noout -purpose (must say: SSL server : Yes)",
            "make it anew with extendedKeyUsage = serverAuth",
        ]
    )

    public static let clientFoundRevokedCertificate = fromClient(
        44,
        "certificate_revoked",
        sentence: "The client knows that this node's certificate was withdrawn by its authority.",
        causes: ["the certificate was replaced, and this node still uses the old one"],
        fix: ["have a new certificate made, with a new key", "kill -HUP $(pidof ndstream)"]
    )

    public static let clientFoundExpiredCertificate = fromClient(
        45,
        "certificate_expired",
        sentence: "To the client, this node's certificate or one above it has expired.",
        causes: [
            "nobody renewed it", "it was renewed, but not reloaded", "an intermediate has expired",
            "the child's clock is ahead",
        ],
        fix: [
            "openssl x509 -in cert.pem -noout -enddate", "renew it, then: kill -HUP $(pidof ndstream)",
            "on the child: date -u",
        ]
    )

    public static let clientFoundCertificateUnknown = fromClient(
        46,
        "certificate_unknown",
        sentence: "The client does not take this node's certificate and does not say why.",
        causes: [
            "a browser that does not know your authority", "a self-signed certificate that the child was not given",
        ],
        fix: trustAuthority + [askFromChild]
    )

    public static let clientDoesNotTrust = fromClient(
        48,
        "unknown_ca",
        sentence: "The client does not know the authority that signed this node's certificate.",
        causes: [
            "the child has no CAfile, or one of another authority",
            "this node sends its certificate without the intermediate that signed it",
            "the certificate is self-signed, and the child was not given a copy",
            "a browser that does not know your authority",
        ],
        fix: sendChain + ["or, where the authority is your own, " + trustAuthority[0]] + trustAuthority.dropFirst()
            + [askFromChild]
    )

    public static let clientCannotCheckSignature = fromClient(
        51,
        "decrypt_error",
        sentence: "To the client, the signature of this node's certificate is wrong.",
        causes: ["the authority was made anew with the same name and another key, and the child has the old one"],
        fix: [
            "openssl x509 -in ca.pem -noout -fingerprint -sha256 (on both sides: they must be equal)"
        ] + trustAuthority
    )

    // MARK: What a client says of the conversation

    public static let clientFoundNothingInCommon = fromClient(
        40,
        "handshake_failure",
        sentence: "The client and this node have nothing in common that both would encrypt with.",
        causes: [
            "`tls ciphers` leaves out what the client has", "the client's TLS is old, or configured very strictly",
        ],
        fix: ["in netdata.conf: leave out `tls ciphers`", askFromChild]
    )

    public static let clientFoundIllegalParameter = fromClient(
        47,
        "illegal_parameter",
        sentence: "Something this node said in the handshake is not allowed, to the client.",
        causes: [
            "something between the two changes what is sent (a TLS inspecting firewall)", "a defect of one side's TLS",
        ],
        fix: ["try from the parent's own network", "update OpenSSL on both sides"]
    )

    public static let clientWasDenied = fromClient(
        49,
        "access_denied",
        sentence: "The client takes this node's certificate, but is not allowed to speak with it.",
        causes: ["a policy of the client's"],
        fix: ["look at the client's configuration at {ip}"]
    )

    public static let clientCouldNotDecode = fromClient(
        50,
        "decode_error",
        sentence: "What arrived at the client could not be read as TLS.",
        causes: ["something between the two changes what is sent", "a defect of one side's TLS"],
        fix: ["try from the parent's own network", "update OpenSSL on both sides"]
    )

    public static let clientWantsOtherVersion = fromClient(
        70,
        "protocol_version",
        sentence: "The client does not speak a version of TLS that this node offers.",
        causes: [
            "the client knows TLS 1.0 or 1.1 only; 1.2 is the least here",
            "`tls version` is lower than the client wants",
        ],
        fix: ["update the client's OpenSSL (1.0.1 or newer)", "in netdata.conf: [web] tls version = 1.3"]
    )

    public static let clientFoundItInsecure = fromClient(
        71,
        "insufficient_security",
        sentence: "What this node offers to encrypt with is too weak for the client.",
        causes: ["`tls ciphers` names weak ones only", "the client's policy is strict"],
        fix: ["in netdata.conf: leave out `tls ciphers`"]
    )

    public static let clientHadInternalError = fromClient(
        80,
        "internal_error",
        sentence: "Something went wrong inside the client.",
        causes: ["a broken configuration or an exhausted machine on the client's side"],
        fix: ["read the log of the client at {ip}", askFromChild]
    )

    public static let clientFellBack = fromClient(
        86,
        "inappropriate_fallback",
        sentence: "The client tried an older version of TLS than both sides could speak, and noticed.",
        causes: ["an earlier attempt of the client's was cut off by something between the two"],
        fix: ["look for a firewall or proxy that interferes with TLS 1.3"]
    )

    /// Of the numbers that have none of their own.
    public static let clientGaveUp = Condition(
        "ND-T100",
        .warning,
        "Client '{ip}', port '{port}' gave up on TLS: {alert}.",
        sentence: "The client ended the encrypted connection with an alert.",
        causes: ["the alert in the line (RFC 8446, section 6.2)"],
        fix: ["read the log of the client at {ip}", askFromChild]
    )

    // MARK: What whom we dialled says of us

    public static let parentFoundNothingInCommon = fromParent(
        40,
        "handshake_failure",
        sentence: "The parent and this node have nothing in common that both would encrypt with.",
        causes: [
            "`tls ciphers` of the parent leaves out what this node has", "the parent wants a certificate of this node",
            "the parent's TLS is old: TLS 1.2 is the least here",
            "a proxy in front of the parent wants another name than was dialled (SNI)",
        ],
        fix: [askParent, readParentsLog, "on the parent: leave out `[web] tls ciphers`"]
    )

    private static let weHaveNone = [
        "the parent's port belongs to a proxy that asks for certificates of clients (mutual TLS)",
        "the port is not the parent's",
    ]
    private static let dialPort = [
        "in stream.conf: name the parent's own port, or one whose proxy asks for no client certificate", askParent,
    ]

    public static let parentFoundBadCertificate = fromParent(
        42,
        "bad_certificate",
        sentence:
            "Who answers wants a certificate of this node, and does not take what it got. Netdata never asks for one.",
        causes: weHaveNone,
        fix: dialPort
    )

    public static let parentFoundUnsupportedCertificate = fromParent(
        43,
        "unsupported_certificate",
        sentence: "Who answers wants another kind of certificate of this node. Netdata never asks for one.",
        causes: weHaveNone,
        fix: dialPort
    )

    public static let parentFoundRevokedCertificate = fromParent(
        44,
        "certificate_revoked",
        sentence: "Who answers says that a certificate was withdrawn. Netdata never asks a child for one.",
        causes: weHaveNone,
        fix: dialPort
    )

    public static let parentFoundExpiredCertificate = fromParent(
        45,
        "certificate_expired",
        sentence: "Who answers says that a certificate has expired. Netdata never asks a child for one.",
        causes: weHaveNone,
        fix: dialPort
    )

    public static let parentFoundCertificateUnknown = fromParent(
        46,
        "certificate_unknown",
        sentence: "Who answers does not take a certificate of this node. Netdata never asks a child for one.",
        causes: weHaveNone,
        fix: dialPort
    )

    public static let parentFoundIllegalParameter = fromParent(
        47,
        "illegal_parameter",
        sentence: "Something this node said in the handshake is not allowed, to the parent.",
        causes: [
            "something between the two changes what is sent (a TLS inspecting firewall)", "a defect of one side's TLS",
        ],
        fix: ["try from the parent's own network", "update OpenSSL on both sides"]
    )

    public static let parentDoesNotTrust = fromParent(
        48,
        "unknown_ca",
        sentence:
            "Who answers wants a client certificate of an authority it knows. Netdata never asks a child for one.",
        causes: weHaveNone,
        fix: dialPort
    )

    public static let parentDeniesAccess = fromParent(
        49,
        "access_denied",
        sentence: "Who answers does not let this node in.",
        causes: ["a rule of the proxy in front of the parent", "it wants a client certificate"],
        fix: dialPort
    )

    public static let parentCouldNotDecode = fromParent(
        50,
        "decode_error",
        sentence: "What arrived at the parent could not be read as TLS.",
        causes: [
            "something between the two changes what is sent", "the port belongs to an old or strict program",
        ],
        fix: ["try from the parent's own network", askParent]
    )

    public static let parentCouldNotDecrypt = fromParent(
        51,
        "decrypt_error",
        sentence: "The parent could not check what this node had signed or encrypted.",
        causes: ["something between the two changes what is sent", "a defect of one side's TLS"],
        fix: ["try from the parent's own network", "update OpenSSL on both sides"]
    )

    public static let parentWantsOtherVersion = fromParent(
        70,
        "protocol_version",
        sentence: "The parent does not speak a version of TLS that this node takes: 1.2 and 1.3.",
        causes: [
            "the parent's OpenSSL is old and knows TLS 1.0 or 1.1 only",
            "`[web] tls version` of the parent is 1.0 or 1.1",
        ],
        fix: [
            "on the parent, in netdata.conf:", "[web]", "    tls version = 1.3", "update the parent's OpenSSL",
            askParent,
        ]
    )

    public static let parentFoundItInsecure = fromParent(
        71,
        "insufficient_security",
        sentence: "What this node offers to encrypt with is too weak for the parent.",
        causes: ["the parent's policy is very strict"],
        fix: ["on the parent: leave out `[web] tls ciphers`", "update this machine's OpenSSL"]
    )

    public static let parentHadInternalError = fromParent(
        80,
        "internal_error",
        sentence: "Something went wrong inside the parent.",
        causes: [
            "its certificate or key cannot be used", "its machine is exhausted",
            "a proxy in front of it knows no certificate for this name",
        ],
        fix: [readParentsLog, askParent]
    )

    public static let parentSawFallback = fromParent(
        86,
        "inappropriate_fallback",
        sentence: "The parent thinks that this node tried an older version of TLS than both could speak.",
        causes: ["something between the two interferes with TLS"],
        fix: ["look for a firewall or proxy that interferes with TLS 1.3"]
    )

    public static let parentDoesNotKnowName = fromParent(
        112,
        "unrecognized_name",
        sentence: "Who answers has nothing under the name that was dialled.",
        causes: [
            "a proxy in front of the parent serves other names",
            "the destination is an alias that the proxy does not know",
        ],
        fix: [
            "in stream.conf: let `destination` be the name that the proxy knows, or the parent's own port", askParent,
        ]
    )

    public static let parentWantsCertificate = fromParent(
        116,
        "certificate_required",
        sentence: "Who answers wants a client certificate, and this node has none. Netdata never asks a child for one.",
        causes: weHaveNone,
        fix: dialPort
    )

    public static let parentWantsOtherProtocol = fromParent(
        120,
        "no_application_protocol",
        sentence: "Who answers insists on a protocol that this node does not offer.",
        causes: ["a proxy for HTTP/2 or another service has this port"],
        fix: dialPort
    )

    /// Of the numbers that have none of their own.
    public static let parentGaveUp = Condition(
        "ND-T400",
        .error,
        "STREAM {host} [send to {destination}]: the parent gave up on TLS: {alert}.",
        sentence: "The parent ended the encrypted connection with an alert.",
        causes: ["the alert in the line (RFC 8446, section 6.2)"],
        fix: [readParentsLog, askParent]
    )

    /// - Parameter alert: the number of one that a client sent us.
    public static func alert(fromClient alert: Int) -> Condition {
        Catalogue.alerts.first { $0.code == "ND-T\(100 + alert)" } ?? .clientGaveUp
    }

    /// - Parameter alert: the number of one that came from whom we dialled.
    public static func alert(fromParent alert: Int) -> Condition {
        Catalogue.alerts.first { $0.code == "ND-T\(400 + alert)" } ?? .parentGaveUp
    }
}

extension Catalogue {
    static let alerts: [Condition] = [
        .clientGaveUp, .clientFoundNothingInCommon, .clientFoundBadCertificate, .clientFoundUnsupportedCertificate,
        .clientFoundRevokedCertificate, .clientFoundExpiredCertificate, .clientFoundCertificateUnknown,
        .clientFoundIllegalParameter, .clientDoesNotTrust, .clientWasDenied, .clientCouldNotDecode,
        .clientCannotCheckSignature, .clientWantsOtherVersion, .clientFoundItInsecure, .clientHadInternalError,
        .clientFellBack,
        .parentGaveUp, .parentFoundNothingInCommon, .parentFoundBadCertificate, .parentFoundUnsupportedCertificate,
        .parentFoundRevokedCertificate, .parentFoundExpiredCertificate, .parentFoundCertificateUnknown,
        .parentFoundIllegalParameter, .parentDoesNotTrust, .parentDeniesAccess, .parentCouldNotDecode,
        .parentCouldNotDecrypt, .parentWantsOtherVersion, .parentFoundItInsecure, .parentHadInternalError,
        .parentSawFallback, .parentDoesNotKnowName, .parentWantsCertificate, .parentWantsOtherProtocol,
    ]
}
