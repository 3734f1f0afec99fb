/// `[web]`: the port, and who may do what there (web API §12).
public struct WebSettings: Sendable {
    /// False with `mode = none`: no port at all.
    public var isEnabled: Bool
    public var bindTo: [BindAddress]
    /// A number or the name of a service.
    public var defaultPort: String
    public var backlog: Int
    public var firstRequestTimeoutSeconds: Int
    /// 0: never.
    public var idleTimeoutSeconds: Int
    /// The least time between two streaming requests that are accepted; 0 is no limit.
    public var streamingRequestEverySeconds: Int
    public var allowConnections: AccessList
    public var allowDashboard: AccessList
    public var allowBadges: AccessList
    public var allowStreaming: AccessList
    public var allowNetdataConf: AccessList
    public var allowManagement: AccessList
    public var allowRegistry: AccessList
    public var enableGzip: Bool
    public var gzipLevel: Int
    /// A word of zlib's.
    public var gzipStrategy: String
    /// `nil`: one per core, six at most.
    public var threads: Int?
    /// `nil`: what the process may open.
    public var maximumSockets: Int?
    public var respectsDoNotTrack: Bool
    /// Empty: no such header.
    public var frameOptions: String
    public var customDashboardInfo: String
    public var singleSmoothingWindow: Int
    public var doubleSmoothingWindow: Int
    /// Where the private key is; empty: nothing is encrypted.
    public var tlsKey: String
    public var tlsCertificate: String
    /// The highest: `1.3`; what is below 1.2 counts as that.
    public var tlsVersion: String
    /// Empty: the library's choice.
    public var tlsCiphers: String

    init(_ settings: Settings) {
        isEnabled = settings.word("web", "mode") != "none"
        defaultPort = settings.word("web", "default port")
        bindTo = BindAddress.list(settings.text("web", "bind to"), defaultPort: defaultPort).addresses
        backlog = settings.integer("web", "listen backlog")
        firstRequestTimeoutSeconds = settings.integer("web", "timeout for first request")
        idleTimeoutSeconds = settings.integer("web", "disconnect idle clients after seconds")
        streamingRequestEverySeconds = settings.integer("web", "accept a streaming request every seconds")
        allowConnections = settings.access("web", "allow connections from")
        allowDashboard = settings.access("web", "allow dashboard from")
        allowBadges = settings.access("web", "allow badges from")
        allowStreaming = settings.access("web", "allow streaming from")
        allowNetdataConf = settings.access("web", "allow netdata.conf from")
        allowManagement = settings.access("web", "allow management from")
        allowRegistry = settings.access("registry", "allow from")
        enableGzip = settings.boolean("web", "enable gzip compression")
        gzipLevel = settings.integer("web", "gzip compression level")
        gzipStrategy = settings.word("web", "gzip compression strategy")
        threads = settings.number("web", "web server threads")
        maximumSockets = settings.number("web", "web server max sockets")
        respectsDoNotTrack = settings.boolean("web", "respect do not track policy")
        frameOptions = settings.text("web", "x-frame-options response header")
        customDashboardInfo = settings.text("web", "custom dashboard_info.js")
        singleSmoothingWindow = settings.integer("web", "ses max window")
        doubleSmoothingWindow = settings.integer("web", "des max window")
        tlsKey = settings.text("web", "ssl key")
        tlsCertificate = settings.text("web", "ssl certificate")
        tlsVersion = settings.word("web", "tls version")
        let ciphers = settings.text("web", "tls ciphers")
        tlsCiphers = ciphers == "none" ? "" : ciphers
    }

    /// What a client may do: what its address may, and what the port it came through is for (streaming protocol §1.1).
    ///
    /// - Parameter address: canonical, as ``AccessList/canonical(_:)`` makes it.
    /// - Returns: `nil` where it may not even connect.
    public func rights(of address: String, at port: Rights = .all) -> Rights? {
        guard allowConnections.allows(address) else { return nil }
        var rights: Rights = []
        if allowDashboard.allows(address) { rights.insert(.dashboard) }
        if allowBadges.allows(address) { rights.insert(.badges) }
        if allowStreaming.allows(address) { rights.insert(.streaming) }
        if allowNetdataConf.allows(address) { rights.insert(.netdataConf) }
        if allowManagement.allows(address) { rights.insert(.management) }
        if allowRegistry.allows(address) { rights.insert(.registry) }
        return rights.intersection(port)
    }
}
