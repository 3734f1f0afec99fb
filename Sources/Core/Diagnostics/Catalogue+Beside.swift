// What stands beside a documented line where this very case tells more: both ends' logs then say what `top` shows.

extension Condition {
    private static let send = "STREAM {host} [send to {destination}]: "

    public static let keyResembles = Condition(
        "ND-H90",
        .warning,
        level: .info,
        "STREAM {host} [receive from [{ip}]:{port}]: API key '{key}' is not known here, but nearly that of {nearest}.",
        sentence: "A child came with a key that differs from one of this parent's in a few characters.",
        causes: ["a slip when the key was typed", "a character was lost when it was copied"],
        fix: ["on the child '{host}', in stream.conf: copy the key of this parent's {nearest} to [stream] api key"]
    )

    /// Of one case, with its names and paths in it: what a line of this kind says is the fix.
    public static let wayOut = Condition(
        "ND-H91",
        .info,
        send + "a way out of {code}: {way}",
        sentence: "What to do about the certificate that the lines before are about, the best first."
    )

    public static let answeredByNode = Condition(
        "ND-H92",
        .error,
        send + "a Netdata answers, but not to a stream without TLS (Server: {server}), status {status}: '{evidence}'",
        sentence: "The parent took the streaming request for a web page's: it demands TLS on this port.",
        causes: [
            "the parent's port says ^SSL=force, and the destination lacks :SSL",
            "the parent is so old, or so configured, that it takes no streams here",
        ],
        fix: [
            "in stream.conf: put :SSL behind {destination}",
            "or name another port of the parent, one without ^SSL=force", "ndstream check-tls {destination}",
        ]
    )
}

extension Catalogue {
    static let beside: [Condition] = [.keyResembles, .wayOut, .answeredByNode]
}
