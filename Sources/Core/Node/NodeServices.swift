import Basics
import Collection
import Config
import Diagnostics
import Exporting
import Glibc
import NIOCore
import NIOPosix
import Status
import Store
import Streaming
import System
import Transport
import Web
import Wire

/// What a node offers to others: the web port with streams and API, and the admin socket.
final class NodeServices: Sendable {
    private let options: NodeOptions
    private let current: CurrentConfiguration
    private let counters = WebCounters()
    private let web: Server?
    private let admin: Server
    private let encryption: WebEncryption
    private let clock: any Clock
    private let journal: Journal
    private let exporters: Exporters
    /// `nil` where this node is no registry.
    private let registry: RegistryKeeper?
    /// Where the port's number is left; a reload changes no place.
    private let portFile: String

    init(
        options: NodeOptions,
        current: CurrentConfiguration,
        clock: any Clock,
        journal: Journal,
        hosts: Hosts,
        parent: StreamParent,
        keeper: HostKeeper,
        health: NodeHealth,
        links: @escaping @Sendable () -> [StatusDocument.Link],
        exporters: Exporters,
        group: MultiThreadedEventLoopGroup,
        pool: NIOThreadPool
    ) {
        self.options = options
        self.current = current
        self.clock = clock
        self.journal = journal
        self.exporters = exporters
        let configuration = current.value
        portFile = "\(configuration.directories.run)/\(options.role.rawValue).port"
        let encryption = WebEncryption(configuration, clock: clock, reporter: journal)
        self.encryption = encryption
        let ports = StatusDocument.Node.TLS(configuration.web.bindTo)
        let status = StatusReport(
            hosts: hosts,
            journal: journal,
            links: links,
            exporters: { exporters.status },
            tls: { encryption.context == nil ? .off : ports },
            clock: clock,
            version: options.version,
            role: options.role,
            current: current
        )
        var context = WebContext(
            hosts: hosts,
            clock: clock,
            facts: { NodeFacts(options, current.value, parent, health) },
            random: { UInt32(truncatingIfNeeded: SystemRandom.number()) }
        )
        context.storageTiers = configuration.database.storageTiers
        let registry =
            configuration.registry.isEnabled
            ? RegistryKeeper(configuration.registry, clock: clock, reporter: journal) : nil
        self.registry = registry
        context.registry = registry
        let statusEndpoint = Endpoint("v1/streaming", isHeavy: true) { _ in Self.answer(status) }
        let key = ManagementKey(configuration)
        let forget = ForgetEndpoint(keeper: keeper, key: key)
        let alarms = HealthEndpoints(
            health: { health.health(of: $0) },
            silencers: health.silencers,
            defaults: { health.defaults },
            key: key
        )
        let endpoints = WebEndpoints.table + alarms.table + [statusEndpoint, forget.endpoint]
        let service = WebService(context, endpoints: endpoints)
        let router = counters.counting({ service.route($0) }, clock: clock)
        func makeServer(_ addresses: [BindAddress], _ tls: TLSContext?, _ router: @escaping Router) -> Server {
            var limits = ServerLimits()
            if let most = configuration.web.maximumSockets { limits.connections = most }
            return Server(
                group: group,
                configuration: ServerConfiguration(
                    addresses: addresses,
                    backlog: Int32(clamping: configuration.web.backlog),
                    limits: limits,
                    policy: ServerPolicy(configuration, tls)
                ),
                clock: clock,
                reporter: journal,
                accessLog: journal.accessLog,
                pool: pool,
                router: router,
                acceptor: { parent.accept($0, $1) },
                foresight: { parent.wouldRefuse($0, from: $1, rights: $2) }
            )
        }
        web = configuration.web.isEnabled ? makeServer(configuration.web.bindTo, encryption.context, router) : nil
        let socket = BindAddress(port: "", unixPath: "\(configuration.directories.run)/\(options.role.rawValue).sock")
        admin = makeServer([socket], nil) { request in
            if request.path == "/", request.method != .post { return Route(isHeavy: true) { _ in Self.answer(status) } }
            guard request.path == ForgetEndpoint.path, request.method == .post else { return router(request) }
            return Route(isHeavy: true) { forget.answer($0) }
        }
    }

    /// Listens.
    /// - Returns: where, for people.
    /// - Throws: when a parent could not bind a single one of its addresses.
    func start() throws(StartFailure) -> [String] {
        let configuration = current.value
        encryption.introduce()
        lookAtFiles(configuration)
        registry?.open()
        let socket = "\(configuration.directories.run)/\(options.role.rawValue).sock"
        guard !admin.start().isEmpty else {
            throw StartFailure(
                sentence: "cannot listen on the admin socket \(socket): is another \(options.role.rawValue) running "
                    + "with the same --state-dir? See \(configuration.directories.log)/error.log",
                code: 73
            )
        }
        guard let web else { return ["unix:" + socket] }
        let listening = web.start()
        guard !listening.isEmpty else {
            admin.stop()
            let asked = configuration.web.bindTo.map(\.description).joined(separator: " ")
            throw StartFailure(
                sentence: "cannot listen on '\(asked)': is the port taken? Change [web] bind to, or use --bind",
                code: 73
            )
        }
        // For whoever asked for any free port.
        if let port = listening.first(where: { $0.port > 0 })?.port {
            try? Files.write(Array("\(port)\n".utf8), to: portFile)
        }
        return listening.map(\.name)
    }

    func stop() {
        web?.stop()
        admin.stop()
        registry?.close()
        try? Files.remove(portFile)
    }

    func update(_ configuration: Configuration) {
        encryption.reload(configuration)
        lookAtFiles(configuration)
        web?.update(ServerPolicy(configuration, encryption.context))
        admin.update(ServerPolicy(configuration, nil))
    }

    /// Says so where a dashboard was asked for that is not there.
    private func lookAtFiles(_ configuration: Configuration) {
        let directories = configuration.directories
        guard configuration.web.isEnabled, !directories.webIsBuiltIn else { return }
        guard let problem = DocumentRoot(directories.web).problem else { return }
        let values = ["path": directories.web, "reason": problem]
        journal.report(Event(.noWebDirectory, at: clock.now(), thread: "MAIN", values: values))
    }

    /// Once a day: a certificate grows old by itself.
    func lookAtCertificate() { encryption.look() }

    /// For the node's own charts.
    func figures() -> NodeFigures {
        var figures = NodeFigures()
        figures.clients = Int64(web?.connections ?? 0)
        counters.fill(&figures)
        figures.exporters = exporters.figures.map { NodeFigures.Exporter($0) }
        figures.exportingTime = exporters.processorTime.map(Int64.init)
        return figures
    }

    private static func answer(_ status: StatusReport) -> HTTPResponse {
        HTTPResponse(contentType: HTTPResponse.json, body: status.document().json())
    }
}

extension NodeFigures.Exporter {
    fileprivate init(_ figures: ExporterFigures) {
        func numbers(_ values: Int...) -> [Int64] { values.map(Int64.init) }
        func counts(_ count: ExporterFigures.Count) -> [Int64] { numbers(count.buffered, count.lost, count.sent) }
        self.init(
            name: figures.name,
            updateEvery: figures.updateEvery,
            period: figures.period,
            metrics: counts(figures.metrics),
            bytes: counts(figures.bytes) + numbers(figures.received),
            operations: numbers(
                figures.writes,
                figures.discards,
                figures.connections,
                figures.failures,
                figures.reads
            ),
            processorTime: numbers(figures.userTime, figures.systemTime)
        )
    }
}

extension NodeFacts {
    fileprivate init(
        _ options: NodeOptions,
        _ configuration: Configuration,
        _ parent: StreamParent,
        _ health: NodeHealth
    ) {
        let canCompress = Compression.available()
        self.init(
            version: options.version,
            features: ["dbengine", "Native HTTPS", "TLS Host Verification"]
                + (canCompress ? ["Stream Compression"] : []) + ["libcrypto"],
            streamCompression: canCompress
                ? configuration.stream.enableCompression ? .enabled : .disabled : .unavailable,
            isStreaming: configuration.stream.isActive,
            isWebEnabled: configuration.web.isEnabled,
            receivers: parent.receiverCount,
            notificationMethods: health.notificationMethods,
            settings: configuration.settings
        )
        if !configuration.directories.webIsBuiltIn { webDirectory = configuration.directories.web }
        isExporting = configuration.exporting.isEnabled
        scrape = configuration.exporting.scrape
        // 1.37.1 has those that its file names last in front.
        exportingConnectors = configuration.exporting.connectors.reversed().map(\.analyticsName)
    }
}

extension ExportingSettings.Connector {
    /// What 1.37.1 calls its type in `/api/v1/info`.
    fileprivate var analyticsName: String {
        let name =
            switch format {
            case .graphite: "Graphite"
            case .openTSDB: "OpenTSDB"
            case .json: "JSON"
            case .remoteWrite: "PrometheusRemoteWrite"
            }
        return delivery.isHTTP && format != .remoteWrite ? name + "HTTP" : name
    }
}

extension ServerPolicy {
    fileprivate init(_ configuration: Configuration, _ tls: TLSContext?) {
        self.init()
        self.tls = tls
        let web = configuration.web
        connections = web.allowConnections
        dashboard = web.allowDashboard
        badges = web.allowBadges
        streaming = web.allowStreaming
        netdataConf = web.allowNetdataConf
        management = web.allowManagement
        registry = web.allowRegistry
        firstRequestTimeout = Int64(web.firstRequestTimeoutSeconds)
        idleTimeout = Int64(web.idleTimeoutSeconds)
        frameOptions = web.frameOptions
        respectsDoNotTrack = web.respectsDoNotTrack
        if web.enableGzip {
            gzip = GzipSettings(level: web.gzipLevel, strategy: GzipSettings.Strategy(word: web.gzipStrategy))
        }
        updateEvery = Int64(configuration.database.updateEvery)
    }
}
