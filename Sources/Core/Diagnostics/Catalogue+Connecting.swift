// Why a parent could not be reached, and who answered in its place (streaming protocol §4.1, §11). What the original says
// in one line for all cases stays as it is; these stand beside it and tell the cases apart.

extension Condition {
    private static let send = "STREAM {host} [send to {destination}]: "
    private static let checkDestination = "ndstream check-tls {destination}"
    private static let itComesBack = "nothing else: this node tries again by itself"

    // MARK: An answer that is no parent's

    public static let answeredByTLS = Condition(
        "ND-C70",
        .error,
        send + "the answer is TLS: '{evidence}'",
        sentence: "The far end speaks TLS on this port, and this node was told to stream in plain.",
        causes: ["the destination lacks :SSL", "the port is another program's, an https server for example"],
        fix: [checkDestination, "in stream.conf: put :SSL behind the destination, or name the parent's plain port"]
    )

    public static let answeredByHTTP = Condition(
        "ND-C71",
        .error,
        send + "the answer is that of a web server (Server: {server}), status {status}: '{evidence}'",
        sentence: "A web server answered the streaming request as if it were a web page's.",
        causes: [
            "a web server or reverse proxy (nginx, HAProxy, Apache) has this port and does not pass streams through",
            "the port is that of another program with a web page",
            "Server: Netdata … : the parent takes only TLS on this port (^SSL=force)",
        ],
        fix: [
            "in stream.conf: name the parent's own port, 19999 where it was not changed",
            "in front of the parent use a proxy for TCP, not for HTTP (nginx's stream module, HAProxy's mode tcp)",
            "if it is a Netdata with ^SSL=force: put :SSL behind the destination",
        ]
    )

    public static let answeredByOther = Condition(
        "ND-C72",
        .error,
        send + "the answer is that of {program}: '{evidence}'",
        sentence: "Another program than a Netdata parent has this port.",
        causes: [
            "the port in `destination` is wrong: that of SSH, of statsd (8125) or of a database, for example",
            "what is between the two changes the parent's reply",
        ],
        fix: [
            "in stream.conf: destination = PARENT:19999", "on the parent: ss -ltnp shows which program has which port",
        ]
    )

    public static let parentForbidsStreams = Condition(
        "ND-C74",
        .error,
        send + "the parent takes no streams from this address on this port: '{evidence}'",
        sentence: "It is a Netdata, but its web server may not accept streams here.",
        causes: [
            "`[web] bind to` of the parent gives this port other rights than `streaming`",
            "`[web] allow streaming from` of the parent leaves this address out",
        ],
        fix: [
            "on the parent, in netdata.conf:", "[web]", "    allow streaming from = *",
            "    bind to = *:19999=dashboard|streaming",
        ]
    )

    public static let parentSaidNothing = Condition(
        "ND-C75",
        .error,
        send + "no answer within {seconds} seconds.",
        sentence: "Something took the connection and the request, and was silent.",
        causes: [
            "the parent hangs, or is far too busy",
            "the port belongs to a program that waits for more, or never answers (statsd, a TLS server)",
            "a firewall lets connections through and holds what they carry",
        ],
        fix: [checkDestination, "on the parent: does its dashboard answer?"]
    )

    public static let parentClosedSilently = Condition(
        "ND-C76",
        .error,
        send + "the connection was {manner} before a reply came.",
        sentence: "The far end took the connection and ended it without a word.",
        causes: [
            "the parent is older than 1.35 and refuses this node: its error.log says why",
            "`[web] allow connections from` of the parent leaves this address out",
            "what has the port is no Netdata, or a proxy whose parent is away",
        ],
        fix: ["on the parent: grep STREAM error.log", checkDestination]
    )

    // MARK: No connection

    // One text for all of them, the original's: what tells them apart is the errno, and so are they recognised.
    private static let failedToConnect = "Failed to connect to '{address}', port '{port}' "
    private static let withErrno = failedToConnect + "(errno {number}, {reason})"
    private static let withReason = "Cannot resolve host '{address}', port '{port}': {reason}"

    public static let connectRefused = Condition(
        "ND-C78",
        .error,
        withErrno,
        recognised: [failedToConnect + "(errno 111, Connection refused)"],
        sentence: "The machine answers, but nobody listens on this port.",
        causes: [
            "the parent is not running", "it listens on another port or address (`[web] bind to`)",
            "a firewall rejects the connection", "the port in `destination` is wrong",
        ],
        fix: ["on the parent: systemctl status netdata ndstream", "on the parent: ss -ltn"]
    )

    public static let connectTimedOut = Condition(
        "ND-C79",
        .error,
        withErrno,
        recognised: [failedToConnect + "(errno 110, Connection timed out)"],
        sentence: "Nothing came back from there: neither yes nor no.",
        causes: [
            "a firewall drops the packets", "the machine is down", "the address is another network's",
            "the network is so slow that `timeout seconds` is too short",
        ],
        fix: ["ping {address}", "let the firewalls between the two pass TCP port {port}"]
    )

    public static let connectUnreachable = Condition(
        "ND-C80",
        .error,
        withErrno,
        recognised: [
            failedToConnect + "(errno 113, No route to host)", failedToConnect + "(errno 101, Network is unreachable)",
            failedToConnect + "(errno 112, Host is down)", failedToConnect + "(errno 100, Network is down)",
            failedToConnect + "(errno 97, Address family not supported by protocol)",
        ],
        sentence: "There is no way from this machine to that address.",
        causes: [
            "the machine is down, or not in this network any more",
            "this machine has no route there: its network is not up yet, or a VPN is down",
            "an IPv6 address, and this machine has no IPv6", "a firewall rejects the connection",
        ],
        fix: ["ip route get {address}", "ping {address}"]
    )

    public static let connectExhausted = Condition(
        "ND-C81",
        .error,
        withErrno,
        recognised: [
            failedToConnect + "(errno 24, Too many open files)",
            failedToConnect + "(errno 23, Too many open files in system)",
            failedToConnect + "(errno 99, Cannot assign requested address)",
            failedToConnect + "(errno 105, No buffer space available)",
            failedToConnect + "(errno 12, Cannot allocate memory)",
        ],
        sentence: "This machine has nothing left to make a connection with.",
        causes: [
            "the limit of open files is reached", "all local ports are in use", "the machine is out of memory",
            "an IPv6 address, and IPv6 is switched off here",
        ],
        fix: ["ls /proc/$(pidof ndstream)/fd | wc -l", "raise LimitNOFILE of the service", "ss -s"]
    )

    public static let connectForbidden = Condition(
        "ND-C82",
        .error,
        withErrno,
        recognised: [
            failedToConnect + "(errno 13, Permission denied)", failedToConnect + "(errno 1, Operation not permitted)",
        ],
        sentence: "This machine itself does not let this node connect there.",
        causes: [
            "a firewall on this machine forbids it (iptables, nftables)", "SELinux or AppArmor forbids it",
            "a unix socket that belongs to another user",
        ],
        fix: ["nft list ruleset", "ausearch -m avc -ts recent", "ls -l {address}"]
    )

    public static let connectMissing = Condition(
        "ND-C83",
        .error,
        withErrno,
        recognised: [failedToConnect + "(errno 2, No such file or directory)"],
        sentence: "There is no such unix socket.",
        causes: ["the parent is not running", "the path in `destination` is wrong"],
        fix: ["ls -l {address}", "on the parent, in netdata.conf: [web] bind to = unix:{address}"]
    )

    public static let connectFailed = Condition(
        "ND-C84",
        .error,
        withErrno,
        recognised: ["Failed to connect to '{address}', port '{port}'"],
        sentence: "The connection could not be made, for the reason in the line.",
        causes: ["the reason in the line"],
        fix: [checkDestination]
    )

    public static let cannotResolve = Condition(
        "ND-C85",
        .error,
        withReason,
        sentence: "The parent's name has no address.",
        causes: [
            "the name is misspelt", "DNS does not know it, or not any more",
            "a port that is the name of no service in /etc/services",
        ],
        fix: ["getent ahosts {address}", "in stream.conf: destination = THE-ADDRESS:19999"]
    )

    public static let resolverFailed = Condition(
        "ND-C86",
        .error,
        withReason,
        recognised: [
            "Cannot resolve host '{address}', port '{port}': Temporary failure in name resolution",
            "Cannot resolve host '{address}', port '{port}': Non-recoverable failure in name resolution",
            "Cannot resolve host '{address}', port '{port}': System error",
        ],
        sentence: "Whether the parent's name has an address could not be found out: no name server answers.",
        causes: ["the network is not up yet", "the servers in /etc/resolv.conf cannot be reached"],
        fix: ["cat /etc/resolv.conf", "getent ahosts {address}", itComesBack]
    )

    public static let noDestination = Condition(
        "ND-C88",
        .error,
        send + "could not connect to parent node at this time.",
        sentence: "All destinations have failed a moment ago; this node waits and then tries them again.",
        causes: ["the lines before say how each of them failed"],
        fix: ["see the lines before", "to try at once: kill -USR1 $(pidof ndstream)"]
    )

    public static let unknownInterface = Condition(
        "ND-C89",
        .warning,
        level: .error,
        "Cannot find a network interface named '{interface}'. Continuing with limiting the network interface",
        sentence: "The interface behind % in a destination does not exist, so the address has no scope.",
        causes: ["the interface was renamed, or is not up yet", "its name is misspelt in `destination`"],
        fix: ["ip link", "in stream.conf: destination = [fe80::1%INTERFACE]:19999"]
    )

    // MARK: The end of a connection

    public static let readFailed = Condition(
        "ND-C73",
        .error,
        send + "error during read ({number}). Restarting connection",
        sentence: "The connection to the parent broke: the number is the errno.",
        causes: [
            "104: the parent was killed, its machine restarted, or a firewall forgot the connection",
            "110: nothing has come back for a minute: the network, or the parent's machine, is away",
        ],
        fix: ["nothing: this node connects again at once"]
    )

    public static let socketFailed = Condition(
        "ND-C87",
        .error,
        send + "restart stream because {reason} - {bytes} bytes transmitted.",
        recognised: [send + "restarting connection: {reason} - {bytes} bytes transmitted."],
        sentence: "The system says that the connection to the parent is no more.",
        causes: ["the parent was killed or its machine restarted", "the network between the two"],
        fix: ["nothing: this node connects again at once"]
    )

    public static let slowSide = Condition(
        "ND-C77",
        .warning,
        send + "what waits to be sent is held up by {side}: {evidence}.",
        sentence: "It says which side kept the data waiting when the connection was closed.",
        causes: [
            "the parent: it is overloaded, or stopped in a debugger or by its disk",
            "the network: packets are lost, or the link carries less than is collected",
        ],
        fix: ["on the parent: top, iostat", "of the link: ss -ti dst PARENT"]
    )
}

extension Catalogue {
    /// Of two with one text the first is taken for it: those that know every errno come before the others.
    static let connecting: [Condition] = [
        .connectFailed, .cannotResolve,
        .answeredByTLS, .answeredByHTTP, .answeredByOther, .parentForbidsStreams, .parentSaidNothing,
        .parentClosedSilently, .connectRefused, .connectTimedOut, .connectUnreachable, .connectExhausted,
        .connectForbidden, .connectMissing, .resolverFailed, .noDestination, .unknownInterface, .readFailed,
        .socketFailed, .slowSide,
    ]
}
