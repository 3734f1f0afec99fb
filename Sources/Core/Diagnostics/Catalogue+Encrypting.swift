// What a node that connects with TLS has to say beyond why a handshake failed (streaming protocol §14): the original's lines,
// and what is let pass.

extension Condition {
    private static let send = "STREAM {host} [send to {destination}]: "
    private static let checkDestination = "ndstream check-tls {destination}"

    // MARK: The original's lines

    public static let cannotEncrypt = Condition(
        "ND-T320",
        .error,
        "SSL cannot connect with the server:  {reason} ",
        sentence: "The parent was reached, but the connection could not be encrypted; the API key was not sent.",
        causes: ["the next line says which of them", "the port is not one for TLS", "the parent has no certificate"],
        fix: [checkDestination]
    )

    public static let certificateCheckFailed = Condition(
        "ND-T321",
        .error,
        "SSL RFC4158 check:  We have a invalid certificate, the tests result with {number} and message {message}",
        sentence: "The parent's certificate does not hold; the number is OpenSSL's, the words are its explanation.",
        causes: ["the lines that follow say which"],
        fix: ["ndstream check-tls DESTINATION"]
    )

    public static let certificateNotValid = Condition(
        "ND-T322",
        .error,
        "Closing the stream connection, because the server SSL certificate is not valid.",
        sentence: "The parent could not show that it is the parent, so the API key was not sent to it.",
        causes: ["the lines around it say what is wrong with the certificate"],
        fix: ["ndstream check-tls DESTINATION"]
    )

    public static let acceptsAnyCertificate = Condition(
        "ND-T323",
        .warning,
        level: .info,
        "Netdata is configured to accept invalid SSL certificate.",
        sentence:
            "The stream is encrypted, but to whom is not checked: an impostor would get the API key and the metrics.",
        causes: ["`[stream] ssl skip certificate verification = yes`"],
        fix: [
            "in stream.conf, with the certificate of the parent's authority:", "[stream]", "    CAfile = /PATH/ca.pem",
        ]
    )

    public static let trustFileMissing = Condition(
        "ND-T324",
        .warning,
        level: .info,
        "Netdata does not have the parent's SSL certificate, so it will use the default OpenSSL configuration to validate "
            + "certificates!",
        recognised: [
            "Netdata can not verify custom CAfile or CApath for parent's SSL certificate, so it will use the default "
                + "OpenSSL configuration to validate certificates!"
        ],
        sentence: "The file that `[stream] CAfile` names is not there: it counts as if it were not set.",
        causes: ["the path is misspelt", "the file was not copied to this machine yet"],
        fix: ["ls -l {file}"]
    )

    // MARK: What is wrong on this side

    public static let trustUnusable = Condition(
        "ND-T325",
        .error,
        send + "the trusted certificates cannot be read, so no certificate can be verified: {file}: {reason}",
        sentence: "`[stream] CAfile` or `CApath` is there, but not with certificates that this node can read.",
        causes: [
            "the file is not in PEM format", "it is a private key, or empty", "this node's user may not read it",
        ],
        fix: ["openssl x509 -in {file} -noout -subject", "ls -l {file}"]
    )

    // MARK: What is let pass

    public static let nameNotChecked = Condition(
        "ND-T334",
        .warning,
        send + "the parent's certificate is not for '{name}' but for '{names}': let pass, as Netdata does",
        sentence:
            "The certificate holds, but it is another name's: whoever has a certificate of the same authority could be taken "
            + "for the parent.",
        causes: ["the destination is an address and the certificate has only names", "the parent was renamed"],
        fix: [
            "make the parent's certificate for '{name}' too (subjectAltName)",
            "or dial the parent by a name that the certificate has",
            "and then have names checked, in stream.conf:", "[stream]", "    ssl verify hostname = yes",
        ]
    )

    public static let certificateNotChecked = Condition(
        "ND-T326",
        .warning,
        send + "the parent's certificate '{subject}' does not hold ({number}, {message}): let pass, as configured",
        sentence: "`ssl skip certificate verification = yes` lets the connection go on with whoever answers.",
        causes: ["the certificate is self-signed, or of an authority that this machine does not know"],
        fix: [checkDestination]
    )

    // MARK: Streams that end

    public static let encryptionBroken = Condition(
        "ND-T327",
        .error,
        send + "TLS broke in the middle of the stream: {reason}. Restarting connection",
        sentence: "What came from the parent could not be decrypted, or the parent gave up and said so.",
        causes: ["the parent, or something between the two, has a fault", "the parent was told to end all sessions"],
        fix: ["nothing: this node connects again"]
    )

    public static let endedWithoutGoodbye = Condition(
        "ND-T328",
        .info,
        send + "the connection ended without the goodbye of TLS (close_notify)",
        sentence:
            "The parent's program was killed, or is one that never says it; what is between the two could have ended it too."
    )

    // MARK: What a configuration may say

    public static let configSkipsVerification = Condition(
        "ND-T329",
        .warning,
        "with 'ssl skip certificate verification = yes' nobody notices an impostor at '{destination}'",
        sentence: "The stream is encrypted, but whoever answers there gets the API key and the metrics.",
        causes: ["verification was switched off to get a self-signed certificate accepted"],
        fix: ["set 'ssl skip certificate verification = no' and 'CAfile = /PATH/TO/THE/PARENTS/CERTIFICATE-OR-CA.pem'"]
    )

    public static let configTrustMissing = Condition(
        "ND-T330",
        .warning,
        "'{name} = {value}' is not there: {instead}",
        sentence: "A file or directory of trusted certificates does not exist.",
        causes: ["the path is misspelt", "it was not copied to this machine yet"],
        fix: ["ls -ld {value}"]
    )

    public static let configTrustUnusable = Condition(
        "ND-T331",
        .error,
        "'{name} = {value}' cannot be used: {reason}",
        sentence: "No certificate could be verified with it, so no destination with :SSL would be streamed to.",
        causes: ["the file is not in PEM format, or has no certificate in it", "this user may not read it"],
        fix: ["openssl x509 -in {value} -noout -subject"]
    )

    public static let configTrustNotHashed = Condition(
        "ND-T332",
        .warning,
        "in '{name} = {value}' no certificate is found: none has a hashed name",
        sentence: "OpenSSL looks for certificates of a directory under names such as 3513523f.0 and under no others.",
        causes: ["certificates were copied there and not rehashed"],
        fix: ["openssl rehash {value}"]
    )

    public static let configKeyReadable = Condition(
        "ND-T333",
        .info,
        "the API key and all metrics go readable to '{destination}', a public address",
        sentence: "Whoever is on the way can read them, and stream with the key.",
        fix: ["give the parent a certificate, then put :SSL behind the destination"]
    )
}

extension Catalogue {
    static let encrypting: [Condition] = [
        .cannotEncrypt, .certificateCheckFailed, .certificateNotValid, .acceptsAnyCertificate, .trustFileMissing,
        .trustUnusable, .nameNotChecked, .certificateNotChecked, .encryptionBroken,
        .endedWithoutGoodbye, .configSkipsVerification, .configTrustMissing, .configTrustUnusable,
        .configTrustNotHashed, .configKeyReadable,
    ]
}
