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
    private let journal: any StreamJournal
    private let configuration: Mutex<Configuration>
    private let rateLimit = Mutex(RateLimit())

    public init(
        hosts: Hosts,
        configuration: Configuration,
        clock: any Clock,
        reporter: any Reporter,
        journal: any StreamJournal
    ) {
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
        report(.wantsToStream, peer)
        guard let request = try? StreamRequest(head: offer.head) else {
            let refusal = Refusal(
                condition: .refusedRequest,
                message: nil,
                status: 400,
                reply: .denied,
                values: ["reason": "it does not end with an HTTP version"]
            )
            return refuse(StreamRequest(), refusal, peer, offer)
        }
        let configuration = configuration.withLock { $0 }
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
            let refusal = Refusal(
                condition: .refusedOwnGUID,
                message: "DENIED - ATTEMPT TO RECEIVE METRICS FROM MACHINE_GUID IDENTICAL TO PARENT",
                status: 200,
                reply: .localhost
            )
            return refuse(request, refusal, peer, offer)
        }
        let claim = Receivers.Claim(connection.reference, monotonic: monotonic)
        switch receivers.claim(admitted.machine, claim, monotonic: monotonic) {
        case .granted: break
        case .replaced(let dead, let age):
            report(.replacedDeadConnection, peer, ["host": request.hostname ?? "", "age": String(age)])
            dead.connection.run { $0.close() }
        case .refused(let age):
            let refusal = Refusal(
                condition: .refusedAlreadyConnected,
                message: "REJECTED - ALREADY CONNECTED",
                status: 409,
                reply: .already,
                values: ["age": String(age)]
            )
            return refuse(request, refusal, peer, offer)
        }
        begin(admitted, offer, connection, claim, configuration)
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
        let compresses = settings.enableCompression && Compression.available()
        let (reply, session) = Session.accept(
            offered: request.version,
            own: Capabilities.own(compression: compresses)
        )
        let host = host(admitted, settings, configuration, connection)
        let now = clock.now()
        let monotonic = clock.monotonic()
        var negotiated = StatusDocument.Connection()
        negotiated.version = session.capabilities.version
        negotiated.capabilities = session.capabilities.logNames.split(separator: " ").map(String.init)
        negotiated.compression = session.capabilities.contains(.lz4) ? "lz4" : "none"
        negotiated.key = maskedKey(admitted.key.description)
        negotiated.decidedBy = settings.decidedBy
        if !session.capabilities.contains(.lz4) {
            negotiated.compressionReason =
                compresses ? "child disabled" : "parent disabled \(settings.decidedBy)"
        }
        host.status.withLock { facts in
            facts.hops = request.hops
            facts.health = settings.health == .no ? "off" : "on"
            facts.ephemeral = settings.isEphemeral
            facts.connected(
                address: connection.peer.address,
                port: Int(connection.peer.port),
                connection: negotiated,
                at: now,
                monotonic: monotonic
            )
        }
        let receiver = Receiver(
            host: host,
            connection: connection,
            claim: claim,
            session: session,
            updateEvery: host.settings.updateEvery,
            task: offer.client,
            accessText: accessText(request),
            parent: self
        )
        receiver.start(reply, session)
    }

    // MARK: The host

    /// The host of a request: the one that is known under its GUID, brought up to date, or a new one.
    private func host(
        _ admitted: Admitted,
        _ settings: ReceiverSettings,
        _ configuration: Configuration,
        _ connection: StreamConnection
    ) -> Host {
        let request = admitted.request
        let peer = connection.peer
        let thread = "STREAM_RECEIVER[\(request.hostname ?? ""),\(peer)]"
        report(.receiverCreated, peer, ["host": request.hostname ?? "", "task": "0"], thread: thread)
        var identity = HostIdentity(request)
        identity.tags = settings.hostTags ?? identity.tags
        if let known = hosts.host(guid: admitted.machine) {
            update(known, to: identity, peer, thread: thread)
            return known
        }
        let hostSettings = HostSettings(
            mode: MemoryMode(rawValue: settings.mode.rawValue) ?? .ram,
            history: settings.history,
            updateEvery: settings.updateEvery ?? request.updateEvery ?? configuration.database.updateEvery,
            gapWhenLostIterationsAbove: configuration.database.gapWhenLostIterationsAbove,
            futureLimitSeconds: Int64(configuration.database.futureLimitSeconds)
        )
        let host = hosts.add(
            Host(
                guid: admitted.machine,
                identity: identity,
                settings: hostSettings,
                state: .connecting,
                at: clock.now()
            )
        )
        let values = HostInitialized.values(host, identity, settings, configuration)
        report(.hostInitialized, peer, values, thread: thread, machine: host.guid)
        report(.receiverWilling, peer, values, thread: thread, machine: host.guid)
        return host
    }

    private func update(_ host: Host, to identity: HostIdentity, _ peer: Peer, thread: String) {
        let values = ["host": identity.hostname]
        if let before = hosts.rename(host, to: identity.hostname) {
            host.status.withLock { $0.hostnameBefore = before }
            report(
                .hostRenamed,
                peer,
                values.merging(["before": before]) { $1 },
                thread: thread,
                machine: host.guid
            )
        }
        let version = host.identity.withLock { known in
            let before = known.programVersion
            // Labels and the claim come with the stream, as its first lines.
            var updated = identity
            updated.labels = known.labels
            updated.claimID = known.claimID
            updated.formerHostname = known.formerHostname
            known = updated
            return before
        }
        if version != identity.programVersion {
            let changed = ["before": version, "version": identity.programVersion]
            report(.programChanged, peer, values.merging(changed) { $1 }, thread: thread, machine: host.guid)
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
        reporter.report(
            Event(refusal.condition, at: now, thread: webThread, host: request.machineGUID, values: values)
        )
        if let message = refusal.message {
            logAccess(message, accessText(request), peer, task: offer.client)
        }
        var shown = StatusDocument.Refusal(
            code: refusal.condition.code,
            text: refusal.condition.render(values),
            at: Double(now) / Double(microsecondsPerSecond)
        )
        shown.hostname = request.hostname
        shown.guid = request.machineGUID
        shown.key = request.key.map(maskedKey)
        shown.address = peer.address
        shown.decidedBy = refusal.decidedBy
        if refusal.condition == .refusedKeyNotEnabled || refusal.condition == .refusedKeyNotGUID {
            let nearest = configuration.withLock { $0.nearestKey(to: request.key ?? "") }
            shown.nearestKey = nearest.map { "\(maskedKey($0.guid.description)) \($0.hint)" }
        }
        shown.fix = refusal.condition.fix(values)
        journal.refused(shown)
        return .refused(status: refusal.status, text: refusal.reply.text ?? "")
    }

    private func report(
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
        func shown(_ text: String?) -> String { text.map(escapedForLog) ?? "-" }
        return "host '\(shown(request.hostname))' api key '\(shown(request.key))' "
            + "machine guid '\(shown(request.machineGUID))'"
    }
}

/// Where the parent's side of streaming leaves what is no event: lines of access.log and refused requests.
public protocol StreamJournal: Sendable {
    func access(_ line: String, at: Int64)
    func refused(_ refusal: StatusDocument.Refusal)
}

/// The values of the line that a new host is announced with (streaming protocol §16.4).
enum HostInitialized {
    static func values(
        _ host: Host,
        _ identity: HostIdentity,
        _ settings: ReceiverSettings,
        _ configuration: Configuration
    ) -> [String: String] {
        let guid = host.guid.description
        let proxy = settings.proxy
        return [
            "host": identity.hostname, "registry": identity.registryHostname, "guid": guid, "os": identity.os,
            "timezone": identity.timezone, "tags": identity.tags, "program": identity.programName,
            "version": identity.programVersion, "update": String(host.settings.updateEvery),
            "mode": settings.mode.rawValue, "history": String(host.settings.history),
            "streaming": "disabled", "destination": proxy.destinationText,
            "key": proxy.apiKey?.description ?? "", "health": settings.health == .no ? "disabled" : "enabled",
            "cache": configuration.directories.cache + "/" + guid, "lib": configuration.directories.lib + "/" + guid,
            "healthlog": "", "handler": "", "recipient": "",
        ]
    }
}

extension HostIdentity {
    /// Who a child says it is (streaming protocol §2).
    init(_ request: StreamRequest) {
        self.init(
            hostname: request.hostname ?? "",
            registryHostname: request.registryHostname,
            os: request.os,
            timezone: request.timezone,
            abbreviatedTimezone: request.abbreviatedTimezone,
            utcOffset: request.utcOffset,
            tags: request.tags ?? "",
            programName: request.programName,
            programVersion: request.programVersion,
            hops: request.hops,
            systemInformation: request.systemInformation.map { ($0.name, $0.value) }
        )
    }
}
