private func old(_ names: String...) -> [Option.Name] { names.map { Option.Name("global", $0) } }
private let dns = Option.Kind.words(["yes", "no", "heuristic"])

extension Option {
    /// Addresses of private networks, as the original lists them for netdata.conf.
    private static let privateNetworks =
        "localhost fd* 10.* 192.168.* " + (16...31).map { "172.\($0).*" }.joined(separator: " ") + " UNKNOWN"

    static let web = [
        Option(
            "web",
            "mode",
            .words(["static-threaded", "none"]),
            .text("static-threaded"),
            "Whether this node listens at all; none is no port, no API and no registry."
        ),
        Option(
            "web",
            "bind to",
            .addresses,
            .text("*"),
            also: old("bind to", "bind socket to IP"),
            "Where to listen, and what each port is for."
        ),
        Option(
            "web",
            "default port",
            .port,
            .text("19999"),
            also: old("default port", "port"),
            "The port of addresses without one."
        ),
        Option(
            "web",
            "listen backlog",
            .integer(1...65_535),
            .text("4096"),
            also: old("http port listen backlog"),
            "How many connections may wait to be accepted."
        ),
        Option(
            "web",
            "timeout for first request",
            .seconds(1 ... .max),
            .text("60"),
            "How long a new connection may take to say what it wants."
        ),
        Option(
            "web",
            "disconnect idle clients after seconds",
            .seconds(0 ... .max),
            .text("60"),
            also: old("disconnect idle web clients after seconds") + [Name("web", "disconnect idle clients after")],
            "When a client that asks nothing more is disconnected; 0 is never."
        ),
        Option(
            "web",
            "accept a streaming request every seconds",
            .seconds(0 ... .max),
            .text("0"),
            also: [Name("web", "accept a streaming request every")],
            "The least time between two children that may connect; 0 is no limit."
        ),
        Option(
            "web",
            "allow connections from",
            .access,
            .text("localhost *"),
            "Who may connect at all."
        ),
        Option(
            "web",
            "allow dashboard from",
            .access,
            .text("localhost *"),
            "Who may see charts and data."
        ),
        Option(
            "web",
            "allow badges from",
            .access,
            .text("*"),
            "Who may see badges."
        ),
        Option(
            "web",
            "allow streaming from",
            .access,
            .text("*"),
            "Who may stream metrics to this node."
        ),
        Option(
            "web",
            "allow netdata.conf from",
            .access,
            .text(privateNetworks),
            "Who may read the running configuration."
        ),
        Option(
            "web",
            "allow management from",
            .access,
            .text("localhost"),
            "Who may use the management API."
        ),
        Option("web", "allow connections by dns", dns, .text("heuristic"), "Whether names count besides addresses."),
        Option("web", "allow dashboard by dns", dns, .text("heuristic"), "Whether names count besides addresses."),
        Option("web", "allow badges by dns", dns, .text("heuristic"), "Whether names count besides addresses."),
        Option("web", "allow streaming by dns", dns, .text("heuristic"), "Whether names count besides addresses."),
        Option("web", "allow netdata.conf by dns", dns, .text("no"), "Whether names count besides addresses."),
        Option("web", "allow management by dns", dns, .text("heuristic"), "Whether names count besides addresses."),
        Option(
            "web",
            "enable gzip compression",
            .boolean,
            .text("yes"),
            "Whether answers are compressed for clients that can read it."
        ),
        Option(
            "web",
            "gzip compression level",
            .integer(1...9),
            .text("3"),
            "How hard to compress."
        ),
        Option(
            "web",
            "gzip compression strategy",
            .words(["default", "filtered", "huffman only", "rle", "fixed"]),
            .text("default"),
            "How to compress."
        ),
        Option(
            "web",
            "web server threads",
            .integer(1...512),
            .none,
            also: old("multi threaded web server threads"),
            "How many threads serve; without it one per core, six at most."
        ),
        Option(
            "web",
            "web server max sockets",
            .integer(1 ... .max),
            .none,
            "How many connections may be open at once; without it what the process may open."
        ),
        Option(
            "web",
            "respect do not track policy",
            .boolean,
            .text("no"),
            "Whether answers say what is tracked."
        ),
        Option(
            "web",
            "x-frame-options response header",
            .text,
            .text(""),
            "The header of this name in every answer; empty leaves it out."
        ),
        Option(
            "web",
            "custom dashboard_info.js",
            .text,
            .text(""),
            "A file that adds descriptions to a dashboard."
        ),
        Option(
            "web",
            "ses max window",
            .integer(1 ... .max),
            .text("15"),
            "The largest window of single exponential smoothing, in points."
        ),
        Option(
            "web",
            "des max window",
            .integer(1 ... .max),
            .text("15"),
            "The largest window of double exponential smoothing, in points."
        ),
        Option(
            "web",
            "ssl key",
            .path,
            .text("{config}/ssl/key.pem"),
            "The private key of encrypted connections; they are possible where it and the certificate exist."
        ),
        Option(
            "web",
            "ssl certificate",
            .path,
            .text("{config}/ssl/cert.pem"),
            "The certificate of encrypted connections, and those that lead to its root."
        ),
        Option(
            "web",
            "tls version",
            .words(["1.0", "1.1", "1.2", "1.3"]),
            .text("1.3"),
            "The highest version of TLS."
        ),
        Option(
            "web",
            "tls ciphers",
            .text,
            .text("none"),
            "The ciphers of encrypted connections; none leaves the choice to the library."
        ),
    ]
}
