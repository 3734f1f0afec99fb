public import Basics
public import Config
public import Diagnostics
public import Status
public import Store
import Synchronization
public import Transport
import Wire

/// The parent's side of streaming: who may come in, under which terms, and who is in.
///
/// Called on the event loops of the connections; everything shared is behind short locks.
public final class StreamParent: Sendable {
    let hosts: Hosts
    let clock: any Clock
    let reporter: any Reporter
    let receivers = Receivers()
    let proxies: Proxies
    let recall: Recall
    private let journal: any StreamJournal
    private let configuration: Mutex<Configuration>
    private let rateLimit = Mutex(RateLimit())
    private let lz4Version: Int

    /// A host that is not known any more, but that is kept somewhere; called on an event loop.
    public typealias Recall = @Sendable (GUID) -> Host?

    /// - Parameter recall: asked for a host before a new one is made.
    public convenience init(
        hosts: Hosts,
        configuration: Configuration,
        clock: any Clock,
        reporter: any Reporter,
        journal: any StreamJournal,
        proxies: Proxies,
        recall: @escaping Recall = { _ in nil }
    ) {
        self.init(
            hosts: hosts,
            configuration: configuration,
            clock: clock,
            reporter: reporter,
            journal: journal,
            proxies: proxies,
            recall: recall,
            lz4Version: Compression.libraryVersion
        )
    }

    init(
        hosts: Hosts,
        configuration: Configuration,
        clock: any Clock,
        reporter: any Reporter,
        journal: any StreamJournal,
        proxies: Proxies,
        recall: @escaping Recall,
        lz4Version: Int
    ) {
        self.proxies = proxies
        self.recall = recall
        self.lz4Version = lz4Version
        self.hosts = hosts
        self.configuration = Mutex(configuration)
        self.clock = clock
        self.reporter = reporter
        self.journal = journal
    }

    /// After a reload: counts for connections from now on.
    public func update(_ configuration: Configuration) { self.configuration.withLock { $0 = configuration } }

    /// Children that stream now.
    public var receiverCount: Int { receivers.count }

    /// Whether a host streams here now.
    public func isReceiving(_ machine: GUID) -> Bool { receivers.contains(machine) }

    /// Closes all streams.
    public func stop() { receivers.closeAll() }

    // MARK: A request

    /// Takes a stream or says why not (streaming protocol §3).
    public func accept(_ offer: StreamOffer, _ connection: StreamConnection) -> StreamVerdict {
        let peer = connection.peer
        let parsed = try? StreamRequest(head: offer.head)
        let configuration = configuration.withLock { $0 }
        guard connection.isAllowedAsItIs else {
            let request = parsed ?? StreamRequest()
            _ = refuse(request, .plain(request, configuration), peer, offer)
            return .notUnderstood
        }
        guard connection.rights.contains(.streaming) else {
            return refuse(parsed ?? StreamRequest(), .noRight(peer.address, configuration), peer, offer)
        }
        report(.wantsToStream, peer)
        guard let request = parsed else {
            let refusal = Refusal(
                condition: .refusedRequest,
                message: nil,
                status: 400,
                reply: .denied,
                values: ["reason": "it does not end with an HTTP version"]
            )
            return refuse(StreamRequest(), refusal, peer, offer)
        }
        let admission = Admission.check(
            request,
            address: peer.address,
            configuration: configuration,
            isKnown: { hosts.host(guid: $0) != nil }
        )
        switch admission {
        case .failure(let error): return refuse(request, error.refusal, peer, offer)
        case .success(let admitted):
            for parameter in request.unused {
                report(.unusedParameter, peer, ["name": parameter.name, "value": parameter.value])
            }
            return receive(admitted, offer, connection, configuration)
        }
    }

    /// Whether ``accept(_:_:)`` would refuse a request now; nothing is taken and nothing said. For the server's door, where
    /// those who are refused pass the others. What ``RateLimit`` refuses is not among them: in a storm these are nearly all.
    /// - Parameters:
    ///   - head: of the request, with its empty line.
    ///   - rights: what the peer may do on its port.
    public func wouldRefuse(_ head: [UInt8], from peer: Peer, rights: Rights) -> Bool {
        guard rights.contains(.streaming), let request = try? StreamRequest(head: head) else { return true }
        let admission = Admission.check(
            request,
            address: peer.address,
            configuration: configuration.withLock { $0 },
            isKnown: { hosts.host(guid: $0) != nil }
        )
        guard case .success(let admitted) = admission else { return true }
        return admitted.machine == hosts.local.guid || receivers.holds(admitted.machine, monotonic: clock.monotonic())
    }

    private func receive(
        _ admitted: Admitted,
        _ offer: StreamOffer,
        _ connection: StreamConnection,
        _ configuration: Configuration
    ) -> StreamVerdict {
        let request = admitted.request
        let peer = connection.peer
        let monotonic = clock.monotonic()
        let every = Int64(configuration.web.streamingRequestEverySeconds)
        if let seconds = rateLimit.withLock({ $0.admit(every: every, monotonic: monotonic) }) {
            let refusal = Refusal(
                condition: .refusedBusy,
                message: nil,
                status: 503,
                reply: .busy,
                values: ["seconds": String(seconds)],
                decidedBy: configuration.settings.origin("web", "accept a streaming request every seconds").description
            )
            return refuse(request, refusal, peer, offer)
        }
        guard admitted.machine != hosts.local.guid else {
            return refuse(request, .ownGUID, peer, offer)
        }
        // The one that is connected, which a copy of its machine may call itself otherwise.
        let known = hosts.host(guid: admitted.machine)?.hostname ?? request.hostname ?? ""
        let claim = Receivers.Claim(connection.reference, monotonic: monotonic)
        switch receivers.claim(admitted.machine, claim, monotonic: monotonic) {
        case .granted: break
        case .replaced(let dead, let age):
            report(.replacedDeadConnection, peer, ["host": known, "age": String(age)])
            dead.connection.run { $0.close() }
        case .refused(let owner, let age):
            defer { noteRival(admitted, peer, owner) }
            let refusal = Refusal(
                condition: .refusedAlreadyConnected,
                message: "REJECTED - ALREADY CONNECTED",
                status: 409,
                reply: .already,
                values: ["host": known, "age": String(age)]
            )
            return refuse(request, refusal, peer, offer)
        }
        connection.inTurn { [self] in begin(admitted, offer, connection, claim, configuration) }
        return .accepted
    }

    private func begin(
        _ admitted: Admitted,
        _ offer: StreamOffer,
        _ connection: StreamConnection,
        _ claim: Receivers.Claim,
        _ configuration: Configuration
    ) {
        let request = admitted.request
        let settings = configuration.effective(key: admitted.key, machine: admitted.machine)
        let compresses = settings.enableCompression && Compression.available(version: lz4Version)
        let (reply, session) = Session.accept(
            offered: request.version,
            // Offered also where nothing is filled: the exchange then is an empty one (streaming protocol §18, trap 14).
            own: Capabilities.own(compression: compresses, replication: true)
        )
        let host = host(admitted, settings, configuration, connection, task: offer.client)
        let now = clock.now()
        let monotonic = clock.monotonic()
        var negotiated = StatusDocument.Connection()
        negotiated.version = session.capabilities.version
        negotiated.capabilities = session.capabilities.logNames.split(separator: " ").map(String.init)
        negotiated.compression = session.capabilities.contains(.lz4) ? "lz4" : "none"
        negotiated.tls = connection.tls.map { StatusDocument.TLS($0) }
        negotiated.key = maskedKey(admitted.key.description)
        negotiated.decidedBy = settings.decidedBy
        let health = health(settings, host, connection.peer)
        if !session.capabilities.contains(.lz4) {
            negotiated.compressionReason = whyPlain(settings, admitted)
        }
        host.status.withLock { facts in
            facts.hops = request.hops
            facts.health = health
            facts.postponeAlarmsSeconds = settings.postponeAlarmsSeconds
            facts.ephemeral = settings.isEphemeral
            facts.connected(
                address: connection.peer.address,
                port: Int(connection.peer.port),
                connection: negotiated,
                at: now,
                monotonic: monotonic
            )
        }
        comparePace(request, host, connection.peer, configuration)
        // Whoever forgets hosts may have taken it for an orphan until now.
        _ = hosts.add(host)
        let receiver = Receiver(
            host: host,
            connection: connection,
            claim: claim,
            session: session,
            updateEvery: host.settings.updateEvery,
            replication: ReplicationSettings(
                isEnabled: settings.enableReplication,
                secondsToReplicate: Int64(settings.secondsToReplicate),
                secondsPerStep: Int64(settings.secondsPerReplicationStep)
            ),
            task: offer.client,
            accessText: accessText(request),
            sender: proxies.begin(host, settings.proxy, configuration.stream, session.capabilities, connection),
            parent: self
        )
        receiver.start(reply, session)
    }

    /// Why a stream is not compressed, for the status document.
    private func whyPlain(_ settings: ReceiverSettings, _ admitted: Admitted) -> String {
        if !Compression.available(version: lz4Version) {
            return "parent disabled: LZ4 \(Compression.describe(version: lz4Version)) is too old"
        }
        switch settings.compressionOff {
        case nil:
            let offered = admitted.request.version
            // What has neither an old version with compression nor a mask (streaming protocol §5).
            return offered < 4 || offered == 6 || offered == 7
                ? "child speaks version \(offered), which has none" : "child disabled"
        case .machine(let origin): return "parent disabled [\(admitted.machine)] \(origin)"
        case .key(let origin): return "parent disabled [\(maskedKey(admitted.key.description))] \(origin)"
        case .everyone(let origin): return "parent disabled [stream] \(origin)"
        }
    }

    // MARK: Telling

    private func refuse(
        _ request: StreamRequest,
        _ refusal: Refusal,
        _ peer: Peer,
        _ offer: StreamOffer
    ) -> StreamVerdict {
        var values = refusal.values
        values["host"] = values["host"] ?? request.hostname ?? "-"
        values["key"] = request.key ?? ""
        values["guid"] = request.machineGUID ?? ""
        values["ip"] = peer.address
        values["port"] = peer.port
        let now = clock.now()
        // Only what is a GUID is a host: flood protection counts by it.
        let machine = request.machineGUID.flatMap { GUID($0) }?.description
        // What it amounts to, behind the original's line.
        let conditions =
            [refusal.condition] + (refusal.condition == .refusedOwnGUID && request.hops > 1 ? [.refusedLoop] : [])
        values["hops"] = values["hops"] ?? String(request.hops)
        for condition in conditions {
            reporter.report(Event(condition, at: now, thread: webThread, host: machine, values: values))
        }
        let condition = conditions[conditions.count - 1]
        let masked = maskingKeys(values)
        if let message = refusal.message {
            logAccess(message, accessText(request), peer, task: offer.client)
        }
        var shown = StatusDocument.Refusal(
            code: condition.code,
            text: condition.render(masked),
            at: Double(now) / Double(microsecondsPerSecond)
        )
        shown.hostname = request.hostname.map(clipped)
        shown.guid = request.machineGUID.map(clipped)
        shown.key = request.key.map(maskedKey)
        shown.address = peer.address
        shown.decidedBy = refusal.decidedBy
        let isAboutKey = refusal.condition == .refusedKeyNotEnabled || refusal.condition == .refusedKeyNotGUID
        if isAboutKey, let nearest = configuration.withLock({ $0.nearestKey(to: request.key ?? "") }) {
            shown.nearestKey = "\(maskedKey(nearest.guid.description)) \(nearest.hint)"
            values["nearest"] = nearest.hint
            reporter.report(Event(.keyResembles, at: now, thread: webThread, host: machine, values: values))
            shown.fix = Condition.keyResembles.fix.map { spelledOut($0, values) }
        }
        shown.fix += condition.fix.map { spelledOut($0, masked) }
        journal.refused(shown)
        return .refused(status: refusal.status, text: refusal.reply.text ?? "")
    }

    func report(
        _ condition: Condition,
        _ peer: Peer,
        _ values: [String: String] = [:],
        thread: String? = nil,
        machine: GUID? = nil
    ) {
        var values = values
        values["ip"] = peer.address
        values["port"] = peer.port
        reporter.report(
            Event(
                condition,
                at: clock.now(),
                thread: thread ?? webThread,
                host: machine?.description,
                values: values
            )
        )
    }

    private var webThread: String { "WEB_SERVER[static1]" }

    /// A line of access.log (streaming protocol §16.2).
    func logAccess(_ message: String, _ text: String, _ peer: Peer, task: Int) {
        journal.access("STREAM: \(task) '\(peer)' '\(message)' \(text)", at: clock.now())
    }

    private func accessText(_ request: StreamRequest) -> String {
        func shown(_ text: String?) -> String { text.map { escapedForLog(clipped($0)) } ?? "-" }
        return "host '\(shown(request.hostname))' api key '\(shown(request.key))' "
            + "machine guid '\(shown(request.machineGUID))'"
    }
}

/// Where the parent's side of streaming leaves what is no event: lines of access.log and refused requests.
public protocol StreamJournal: Sendable {
    func access(_ line: String, at: Int64)
    func refused(_ refusal: StatusDocument.Refusal)
}
