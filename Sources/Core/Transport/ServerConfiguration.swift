public import Config

/// Where a server listens, whom it serves, and how much it takes.
public struct ServerConfiguration: Sendable {
    /// `[web] bind to`, and the node's own sockets.
    public var addresses: [BindAddress]
    /// `[web] listen backlog`.
    public var backlog: Int32
    public var limits: ServerLimits
    public var policy: ServerPolicy

    public init(
        addresses: [BindAddress],
        backlog: Int32 = 4096,
        limits: ServerLimits = ServerLimits(),
        policy: ServerPolicy = ServerPolicy()
    ) {
        self.addresses = addresses
        self.backlog = backlog
        self.limits = limits
        self.policy = policy
    }
}

/// What a server takes from whom it does not know yet.
public struct ServerLimits: Sendable {
    /// Bytes of a `STREAM ` request up to its empty line.
    public var streamHead = 131_072
    /// Bytes of an HTTP request up to its empty line.
    public var httpHead = 16_384
    /// Connections at a time, accepted streams included. Unix sockets do not count: the node's own must always answer.
    public var connections = 65_536
    /// Connections at a time from one address that have not become streams.
    public var connectionsPerAddress = 2048
    /// Seconds in which a client that begins with TLS must have agreed on everything.
    public var handshakeSeconds: Int64 = 10
    /// Bytes that a client must take of an answer within these seconds, as long as some wait for it.
    public var leastTaken = 4096
    public var takingSeconds: Int64 = 60
    /// Bytes thrown away after a last answer, so that it is not lost to a reset, before the connection is cut.
    public var lingeringBytes = 1 << 20

    public init() {}
}

/// What a reload may change; it counts for connections made afterwards.
public struct ServerPolicy: Sendable {
    /// `[web] allow … from`. A client's rights are these and those of its port.
    public var connections = AccessList("localhost *")
    public var dashboard = AccessList("localhost *")
    public var badges = AccessList("*")
    public var streaming = AccessList("*")
    public var netdataConf = AccessList("localhost")
    public var management = AccessList("localhost")
    /// `[registry] allow from`.
    public var registry = AccessList("*")
    /// `[web] timeout for first request`, seconds until the first request must have come whole.
    public var firstRequestTimeout: Int64 = 60
    /// `[web] disconnect idle clients after seconds`: until the next request must have come whole; 0 is for ever.
    public var idleTimeout: Int64 = 60
    /// The `Server` header line.
    public var serverName = "Netdata Embedded HTTP Server v1.37.1"
    /// `[web] x-frame-options response header`; empty leaves the line out.
    public var frameOptions = ""
    /// `[web] respect do not track policy`: every answer says whether it tracks.
    public var respectsDoNotTrack = false
    /// `[web] enable gzip compression` and how; `nil`: nothing is compressed.
    public var gzip: GzipSettings?
    /// `update every` in seconds: how long an answer that must not be cached is fresh.
    public var updateEvery: Int64 = 1
    /// With what connections are encrypted; `nil`: they cannot be.
    public var tls: TLSContext?

    public init() {}

    /// What a client may do, apart from the port's rights; `nil`: not even connect.
    /// - Parameter name: of its address, where that was asked for.
    func rights(of peer: Peer, name: String? = nil) -> Rights? {
        if peer.isUnix { return .all }
        guard connections.allows(peer.address, name: name) else { return nil }
        var rights: Rights = []
        for (list, right) in lists where list.allows(peer.address, name: name) { rights.formUnion(right) }
        return rights
    }

    /// Whether the name of its address counts for what a client may do.
    func needsName(of peer: Peer) -> Bool {
        // Who comes from this machine is called localhost.
        guard !peer.isUnix, peer.address != "localhost", peer != .unknown else { return false }
        return connections.needsName(of: peer.address) || lists.contains { $0.list.needsName(of: peer.address) }
    }

    private var lists: [(list: AccessList, right: Rights)] {
        [
            (dashboard, .dashboard), (badges, .badges), (streaming, .streaming), (netdataConf, .netdataConf),
            (management, .management), (registry, .registry),
        ]
    }
}
