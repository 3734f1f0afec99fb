// What `check-tls --self-test` finds out about ndstream itself (streaming protocol §14).

extension Condition {
    public static let selfTestDiffers = Condition(
        "ND-T380",
        .error,
        "{combination}: expected {expected}, observed {observed}.",
        sentence: "A parent and a child of this very program, on this machine, do not do what the documentation says.",
        causes: [
            "a policy of this system's OpenSSL (/etc/ssl/openssl.cnf) forbids what the test needs",
            "something on this machine changes what goes over 127.0.0.1", "the machine was too busy for the test",
            "a defect of this build of ndstream",
        ],
        fix: ["ndstream check-tls --self-test", "openssl version -a", "report it with the JSON: --self-test -o json"]
    )
}

extension Catalogue {
    static let selfTest: [Condition] = [.selfTestDiffers]
}
