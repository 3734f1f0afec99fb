// What the accepting side says of its own key and certificate, and of clients that don't encrypt (streaming protocol §14).

extension Condition {
    // MARK: Key and certificate

    public static let encryptionNeedsFiles = Condition(
        "ND-T300",
        .warning,
        "To use encryption it is necessary to set \"ssl certificate\" and \"ssl key\" in [web] !",
        sentence: "Encryption is asked for, but the key or the certificate does not exist: nothing is encrypted.",
        causes: ["the files have not been made yet", "a path is mistyped"],
        fix: [
            "put the key and the certificate there: ls -l {missing}",
            "or name them in netdata.conf:", "[web]", "    ssl key = /etc/ndstream/ssl/key.pem",
            "    ssl certificate = /etc/ndstream/ssl/cert.pem",
        ]
    )

    public static let ownCertificateUnusable = Condition(
        "ND-T301",
        .warning,
        level: .error,
        "The SSL certificate {path} cannot be used: {reason}.",
        sentence: "The file of `ssl certificate` is there, but it is no certificate that can be shown to clients.",
        causes: [
            "this user may not read the file", "it is no PEM file, or was cut off while it was copied",
            "its key or its signature is too weak for this system's OpenSSL",
        ],
        fix: ["openssl x509 -noout -subject -dates -in {path}"]
    )

    public static let ownKeyUnusable = Condition(
        "ND-T302",
        .warning,
        level: .error,
        "The SSL key {path} cannot be used: {reason}.",
        sentence: "The file of `ssl key` is there, but it is no private key that can be read.",
        causes: ["this user may not read the file", "it is no PEM file, or it holds a certificate instead of the key"],
        fix: ["openssl pkey -noout -check -in {path}"]
    )

    public static let ownKeyLocked = Condition(
        "ND-T303",
        .warning,
        level: .error,
        "The SSL key {path} has a passphrase.",
        sentence: "A node that starts by itself has nobody to ask for the passphrase of its key.",
        causes: ["the key was made with a passphrase, as many tools do unless they are told otherwise"],
        fix: ["openssl pkey -in {path} -out {path}.open && mv {path}.open {path}", "chmod 640 {path}"]
    )

    public static let ownKeyMismatch = Condition(
        "ND-T304",
        .warning,
        level: .error,
        "The SSL key {path} does not belong to the certificate {certificate}.",
        recognised: ["SSL cannot check the private key: {reason}"],
        sentence: "Key and certificate can each be read, but one was not made for the other.",
        causes: [
            "only one of the two was renewed",
            "the certificate's file begins with an intermediate or a root, and the "
                + "node's own must come first",
        ],
        fix: [
            "openssl pkey -pubout -in {path}", "openssl x509 -noout -pubkey -in {certificate}",
            "both print the same lines where they belong together",
        ]
    )

    public static let ciphersUnusable = Condition(
        "ND-T305",
        .warning,
        level: .error,
        "'tls ciphers = {path}' is not understood: {reason}.",
        recognised: ["SSL error. cannot set the cipher list"],
        sentence: "No cipher of the list is known to this system's OpenSSL.",
        causes: ["a name is mistyped", "the list is in another program's notation"],
        fix: ["openssl ciphers -v '{path}'", "in netdata.conf:", "[web]", "    tls ciphers = none"]
    )

    public static let oldTLSVersion = Condition(
        "ND-T306",
        .warning,
        "'tls version = {value}' is not spoken any more: 1.2 is used",
        sentence: "TLS 1.0 and 1.1 are broken and forbidden (RFC 8996); the lowest version that is spoken is 1.2.",
        causes: ["the file was written for old clients"],
        fix: ["write 1.2 or 1.3"]
    )

    public static let ownCertificateNotYetValid = Condition(
        "ND-T308",
        .warning,
        "The SSL certificate {path} is not valid before {date}.",
        sentence: "Whoever verifies this node's certificate refuses it until then.",
        causes: ["the clock of this machine, or of the one that made the certificate, is wrong"],
        fix: ["date", "openssl x509 -noout -dates -in {path}"]
    )

    public static let ownCertificateKept = Condition(
        "ND-T311",
        .warning,
        level: .error,
        "The SSL certificate that was in use before stays in use: {subject}, until {date}.",
        sentence: "The configuration was read again, and the key or certificate it names now cannot be used.",
        causes: ["the line before this one in the log says what is wrong"],
        fix: ["ndstream parent --check", "then kill -HUP the node again"]
    )

    public static let ownCertificate = Condition(
        "ND-T312",
        .info,
        "Encrypting with the SSL certificate {path}: {subject}, until {date}.",
        sentence: "New connections are encrypted with this certificate."
    )

    public static let nothingIsEncrypted = Condition(
        "ND-T313",
        .warning,
        level: .error,
        "Nothing is encrypted: {ports}.",
        sentence: "Encryption is asked for and not possible: ports with ^SSL=force serve nobody, all others are plain.",
        causes: ["`ssl key` and `ssl certificate` of [web] are missing or broken: the line before this one says which"],
        fix: ["give this node a key and a certificate that fit", "or leave out ^SSL=force"]
    )

    // MARK: Clients that don't encrypt

    public static let refusedPlain = Condition(
        "ND-T314",
        .error,
        "The server is configured to always use encrypted connections, please enable the SSL on child with hostname '{host}'.",
        sentence: "A child came in plain to a port that demands encryption, and was sent away.",
        causes: [
            "the child's destination lacks :SSL",
            "the port cannot encrypt: this node has no usable certificate, as its log says at the start",
        ],
        fix: [
            "on the child, in stream.conf:", "[stream]", "    destination = THIS-PARENT:PORT:SSL",
            "or here, leave out ^SSL=force in `bind to`", "is the certificate usable? ndstream parent --check",
        ]
    )

    // MARK: Clients that encrypt too often

    public static let encryptedTwice = Condition(
        "ND-T315",
        .warning,
        "Client '{ip}', port '{port}' begins TLS inside TLS. Closing it.",
        sentence: "What the client encrypts is encrypted once more on its way here; this node decrypts once.",
        causes: ["a tunnel such as stunnel encrypts for a child whose destination ends in :SSL"],
        fix: ["on the child, leave out :SSL in `destination`", "or do without the tunnel"]
    )
}

extension Catalogue {
    static let serverEncryption: [Condition] = [
        .encryptionNeedsFiles, .ownCertificateUnusable, .ownKeyUnusable, .ownKeyLocked, .ownKeyMismatch,
        .ciphersUnusable, .oldTLSVersion, .ownCertificateNotYetValid,
        .ownCertificateKept, .ownCertificate, .nothingIsEncrypted, .refusedPlain, .encryptedTwice,
    ]
}
