// Why the certificate of whom we connect to does not hold: one condition for each of OpenSSL's numbers, `ND-T` + number
// (streaming protocol §14). The original says the number only, in one line for all; it is recognised by it.

extension Condition {
    private static let send = "STREAM {host} [send to {destination}]: "
    private static let askWhy = "ndstream check-tls {destination}"
    private static let inStreamConf = "on the child, in stream.conf:"
    private static let authorityFile = "    CAfile = /etc/netdata/ssl/ca.pem"
    private static let skip =
        "last resort (no protection against an impostor): [stream] ssl skip certificate verification = yes"

    /// - Parameter number: OpenSSL's.
    private static func certificate(
        _ number: Int,
        _ text: String,
        sentence: String,
        causes: [String],
        fix: [String]
    ) -> Condition {
        Condition(
            "ND-T\(number)",
            .error,
            send + "\(text) (X509 \(number), depth {depth}): {subject}",
            recognised: [
                "SSL RFC4158 check:  We have a invalid certificate, the tests result with \(number) and message {message}"
            ],
            sentence: sentence,
            causes: causes,
            fix: fix
        )
    }

    // MARK: Nobody we trust has signed it

    public static let authorityIncomplete = certificate(
        2,
        "an authority's own issuer is missing",
        sentence: "The chain leads to an authority whose own issuer is nowhere to be found.",
        causes: [
            "CAfile holds an intermediate authority, but not the root above it",
            "the parent sends one intermediate of two",
        ],
        fix: [
            "cat intermediate.pem root.pem > ca.pem", inStreamConf, "[stream]", authorityFile, askWhy, skip,
        ]
    )

    public static let signatureFailure = certificate(
        7,
        "the certificate's signature is not its issuer's",
        sentence: "The authority known here under the issuer's name has not signed this certificate.",
        causes: [
            "the authority was made anew with the same name and another key, and one side has the old one",
            "the file of the certificate was damaged",
        ],
        fix: [
            "openssl x509 -in ca.pem -noout -subject -dates -fingerprint -sha256 (on both sides: they must be equal)",
            "copy the authority that has signed the parent's certificate to the child", inStreamConf, "[stream]",
            authorityFile,
        ]
    )

    public static let selfSigned = certificate(
        18,
        "the certificate is self-signed and not among the trusted ones",
        sentence: "The parent vouches for itself, and this node was not told to believe it.",
        causes: [
            "the parent's certificate was made with `openssl req -x509`, and the child has no copy of it",
            "CAfile or CApath do not name the copy", "somebody else answers in the parent's place",
        ],
        fix: [
            "copy the parent's certificate to the child as /etc/netdata/ssl/parent.pem, and compare on both sides:",
            "openssl x509 -in parent.pem -noout -fingerprint -sha256", inStreamConf, "[stream]",
            "    CAfile = /etc/netdata/ssl/parent.pem", askWhy, skip,
        ]
    )

    public static let selfSignedInChain = certificate(
        19,
        "the chain ends at an authority that is not among the trusted ones",
        sentence: "The parent sent its whole chain with the root, and this node was not told to believe that root.",
        causes: ["the authority is your own, and the child has no copy of it", "CAfile is another authority's"],
        fix: [
            "copy the authority's certificate to the child, and compare on both sides:",
            "openssl x509 -in ca.pem -noout -fingerprint -sha256", inStreamConf, "[stream]", authorityFile, askWhy,
            skip,
        ]
    )

    public static let issuerUnknown = certificate(
        20,
        "the certificate's issuer was not sent and is not among the trusted ones",
        sentence:
            "Who signed the parent's certificate is unknown here: the parent did not send it, and no file here has it.",
        causes: [
            "`ssl certificate` of the parent holds its own certificate without the intermediate that signed it",
            "the authority is your own, and the child has no copy of it",
            "CAfile names another authority, or a file that does not exist",
            "CApath is a directory without hashed names",
        ],
        fix: [
            "on the parent: cat server.pem intermediate.pem > fullchain.pem", "in its netdata.conf:", "[web]",
            "    ssl certificate = /etc/netdata/ssl/fullchain.pem",
            "or, where the authority is your own, " + inStreamConf,
            "[stream]", authorityFile, askWhy, skip,
        ]
    )

    public static let leafUnverifiable = certificate(
        21,
        "the only certificate that was sent cannot be verified",
        sentence: "The parent sent one certificate only, and who signed it is unknown here.",
        causes: [
            "`ssl certificate` of the parent holds its own certificate without the intermediate that signed it",
            "CAfile holds the parent's certificate, where its issuer's is wanted",
        ],
        fix: [
            "on the parent: cat server.pem intermediate.pem > fullchain.pem", "in its netdata.conf:", "[web]",
            "    ssl certificate = /etc/netdata/ssl/fullchain.pem", askWhy, skip,
        ]
    )

    public static let chainTooLong = certificate(
        22,
        "the chain is too long",
        sentence: "The parent sent more certificates than anybody needs.",
        causes: ["`ssl certificate` of the parent holds a whole bundle of authorities"],
        fix: [
            "on the parent: cat server.pem intermediate.pem > fullchain.pem", "[web] ssl certificate = fullchain.pem",
        ]
    )

    // MARK: It is not the time

    public static let notYetValid = certificate(
        9,
        "the certificate is not valid yet, only from {from} on",
        sentence: "The certificate begins in the future, or this machine's clock is behind.",
        causes: [
            "this machine's clock is wrong: a new machine, a flat battery, no NTP", "it was made with a later date",
        ],
        fix: ["date -u", "timedatectl set-ntp true", "if the clock is right: make the parent's certificate anew"]
    )

    public static let expired = certificate(
        10,
        "the certificate has expired at {until}",
        sentence: "The time for which the certificate was made is over.",
        causes: [
            "nobody renewed it", "it was renewed, but the parent still uses the old one",
            "an intermediate or the authority itself has expired (the depth is above 0)",
            "this machine's clock is ahead",
        ],
        fix: [
            "on the parent: openssl x509 -in cert.pem -noout -enddate", "renew it, then: kill -HUP $(pidof ndstream)",
            "date -u (is this machine's clock right?)",
        ]
    )

    // MARK: It is for something else

    public static let revoked = certificate(
        23,
        "the certificate was revoked",
        sentence: "Its authority has withdrawn the certificate before its time.",
        causes: ["the key was lost or stolen", "it was replaced, and the parent still uses the old one"],
        fix: ["have a new certificate made for the parent, with a new key"]
    )

    public static let issuerWithoutKey = certificate(
        24,
        "the issuer is no authority, or its key cannot be read",
        sentence: "What signed the certificate may not sign others.",
        causes: [
            "a server's certificate was used to sign another one",
            "the authority was made without basicConstraints = CA:TRUE",
        ],
        fix: [
            "openssl x509 -in ca.pem -noout -text | grep -A1 'Basic Constraints' (must say CA:TRUE)",
            "make the authority anew and sign the parent's certificate with it",
        ]
    )

    public static let invalidAuthority = certificate(
        79,
        "the issuer is no authority",
        sentence: "What signed the certificate may not sign others.",
        causes: [
            "a server's certificate was used to sign another one",
            "the authority was made without basicConstraints = CA:TRUE",
        ],
        fix: [
            "openssl x509 -in ca.pem -noout -text | grep -A1 'Basic Constraints' (must say CA:TRUE)",
            "make the authority anew and sign the parent's certificate with it",
        ]
    )

    public static let wrongPurpose = certificate(
        26,
        "the certificate is not for a server",
        sentence: "The certificate was made for another purpose, a client's or that of signing mail.",
        causes: ["extendedKeyUsage does not name serverAuth", "the client's certificate was given to the server"],
        fix: [
            "openssl x509 -in cert.pem -noout -purpose (must say: SSL server : Yes)",
            "make it anew with extendedKeyUsage = serverAuth",
        ]
    )

    // MARK: It is for somebody else

    public static let nameDiffers = certificate(
        62,
        "the certificate is for {names}, not for {dialled}",
        sentence: "The certificate is somebody else's: the name that was dialled is not in it.",
        causes: [
            "the destination is another name of the same machine, a short name or a CNAME",
            "the certificate was made without subjectAltName, or without this name",
            "a proxy or another machine answers in the parent's place",
        ],
        fix: [
            inStreamConf, "[stream]", "    destination = A-NAME-OF-THE-CERTIFICATE:19999:SSL",
            "or make the certificate anew with subjectAltName = DNS:{dialled}",
            "or, where you trust this one by CAfile: [stream] ssl verify hostname = no",
        ]
    )

    public static let addressDiffers = certificate(
        64,
        "the certificate is for {names}, not for the address {dialled}",
        sentence: "An address was dialled, and the certificate does not name it.",
        causes: ["the certificate was made without subjectAltName = IP:…", "the parent has got another address"],
        fix: [
            inStreamConf, "[stream]", "    destination = A-NAME-OF-THE-CERTIFICATE:19999:SSL",
            "or make the certificate anew with subjectAltName = IP:{dialled}",
            "or, where you trust this one by CAfile: [stream] ssl verify hostname = no",
        ]
    )

    // MARK: It is too weak

    public static let keyTooSmall = certificate(
        66,
        "the certificate's key is too small",
        sentence: "The key can be broken with little effort, and this system refuses it.",
        causes: ["RSA with fewer than 2048 bits", "an old certificate, or the default of an old tool"],
        fix: [
            "on the parent: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem",
            "and have a certificate made for it",
        ]
    )

    public static let authorityKeyTooSmall = certificate(
        67,
        "an authority's key is too small",
        sentence: "The key of an authority in the chain can be broken with little effort, and this system refuses it.",
        causes: ["the authority was made with RSA of fewer than 2048 bits"],
        fix: ["make a new authority with a P-256 or RSA-3072 key, and sign the parent's certificate with it"]
    )

    public static let digestTooWeak = certificate(
        68,
        "the certificate is signed with MD5 or SHA-1",
        sentence: "Signatures of this kind can be forged, and this system refuses them.",
        causes: ["the authority, or the tool that signed, is old"],
        fix: ["sign it anew with SHA-256: openssl x509 -req -sha256 …, or default_md = sha256 in openssl.cnf"]
    )

    // MARK: Everything else

    /// Of the numbers that have none of their own.
    public static let certificateRefused = Condition(
        "ND-T99",
        .error,
        send + "the certificate does not hold: {reason} (X509 {number}, depth {depth}): {subject}",
        sentence: "The parent's certificate was examined and does not hold, for the reason in the line.",
        causes: ["the reason in the line, in OpenSSL's words"],
        fix: [askWhy, "man openssl-verification-options explains the number", skip]
    )

    /// - Parameter x509: OpenSSL's number.
    public static func certificate(x509 number: Int) -> Condition {
        Catalogue.certificates.first { $0.code == "ND-T\(number)" } ?? .certificateRefused
    }
}

// What is not wrong yet with a certificate that holds.

extension Condition {
    private static let whose = "The certificate of {owner} ({subject}) "

    public static let certificateExpires = Condition(
        "ND-T356",
        .warning,
        whose + "{expiry}, at {until}.",
        sentence: "When a certificate's time is over, children that verify it do not connect any more.",
        causes: ["nobody renewed it yet"],
        fix: [
            "renew it, put it in the place of the old one, then on the parent: kill -HUP $(pidof ndstream)",
            "and that is all: children stay connected",
        ]
    )

    public static let certificateSignatureWeak = Condition(
        "ND-T357",
        .warning,
        whose + "is signed with {algorithm}.",
        sentence: "Signatures with MD5 or SHA-1 can be forged; many systems refuse them.",
        causes: ["the authority, or the tool that signed, is old"],
        fix: ["sign it anew with SHA-256: openssl x509 -req -sha256 …, or default_md = sha256 in openssl.cnf"]
    )

    public static let certificateKeyWeak = Condition(
        "ND-T358",
        .warning,
        whose + "has a key of {algorithm} with {bits} bits.",
        sentence: "RSA below 2048 bits and elliptic curves below 224 can be broken; many systems refuse them.",
        causes: ["the default of an old tool"],
        fix: [
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem",
            "and have a certificate made for it",
        ]
    )

    public static let certificateNameless = Condition(
        "ND-T359",
        .warning,
        whose + "has no subjectAltName.",
        sentence: "Only the common name says whom it is for: browsers and many programs do not look at that any more.",
        causes: ["it was made without -addext subjectAltName=…"],
        fix: ["make it anew with subjectAltName = DNS:A-NAME, or IP:AN-ADDRESS"]
    )
}

extension Catalogue {
    static let certificates: [Condition] = [
        .authorityIncomplete, .signatureFailure, .notYetValid, .expired, .selfSigned, .selfSignedInChain,
        .issuerUnknown,
        .leafUnverifiable, .chainTooLong, .revoked, .issuerWithoutKey, .wrongPurpose, .nameDiffers, .addressDiffers,
        .keyTooSmall, .authorityKeyTooSmall, .digestTooWeak, .invalidAuthority, .certificateRefused,
        .certificateExpires, .certificateSignatureWeak, .certificateKeyWeak, .certificateNameless,
    ]
}
