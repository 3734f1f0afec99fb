import Basics
import Diagnostics
import Glibc
import NIOCore
import NIOEmbedded
import NIOPosix
import Status
import Store
import Synchronization
import System
import Testing

@testable import Config
@testable import Streaming
@testable import Transport
@testable import Wire

let goodKey = "11111111-2222-3333-4444-555555555555"
let machineGUID = "aaaaaaaa-0137-11ee-8000-000000000001"
let parentGUID = "bbbbbbbb-0137-11ee-8000-0000000000f1"

/// Keeps what is reported.
final class Reports: Reporter {
    private let list = Mutex<[Event]>([])

    func report(_ event: Event) { list.withLock { $0.append(event) } }

    var events: [Event] { list.withLock { $0 } }
    var codes: [String] { events.map(\.condition.code) }
    var texts: [String] { events.map(\.text) }
    /// What error.log has after date and program: level, thread tag, message.
    var lines: [String] {
        events.map { "\($0.condition.level.rawValue) : \($0.thread) : \($0.text)" }
    }

    func count(_ condition: Condition) -> Int { events.count { $0.condition == condition } }
    func text(_ condition: Condition) -> String? { events.last { $0.condition == condition }?.text }
    func forget() { list.withLock { $0 = [] } }
}

/// Keeps what goes to access.log and to the status document.
final class TestJournal: StreamJournal {
    private let kept = Mutex<(lines: [String], refusals: [StatusDocument.Refusal])>(([], []))

    func access(_ line: String, at: Int64) { kept.withLock { $0.lines.append(line) } }
    func refused(_ refusal: StatusDocument.Refusal) { kept.withLock { $0.refusals.append(refusal) } }

    var lines: [String] { kept.withLock { $0.lines } }
    var refusals: [StatusDocument.Refusal] { kept.withLock { $0.refusals } }
}

/// A configuration from texts instead of files.
func configuration(stream: String = openStream, netdata: String = ramDatabase) -> Configuration {
    var overrides = Overrides()
    overrides.configDirectory = "/etc/ndstream"
    let files = ["/etc/ndstream/netdata.conf": netdata, "/etc/ndstream/stream.conf": stream]
    let circumstances = Layout.Circumstances(
        role: .parent,
        userID: 0,
        environment: [:],
        overrides: overrides,
        directoryExists: { _ in false }
    )
    return Configuration.load(circumstances, hostname: "parent01") { path in
        files[path].map { .bytes(Array($0.utf8)) } ?? .missing
    }
}

let ramDatabase = "[db]\n mode = ram\n retention = 3600\n"
/// The keys of the recordings.
let openStream = """
    [11111111-2222-3333-4444-555555555555]
        enabled = yes
    [33333333-2222-3333-4444-555555555555]
        enabled = yes
    """

/// A parent without sockets: connections are embedded channels that pass everything a real one does, under a clock that
/// stands still until it is told to go on.
final class ParentBench {
    let clock = ManualClock(seconds: 1_795_339_848)
    let reports = Reports()
    let journal = TestJournal()
    let loop = EmbeddedEventLoop()
    let hosts: Hosts
    let parent: StreamParent
    private let context: ServerContext
    private let box: VerdictBox
    /// Whom the senders of received hosts dialled.
    let upstreams = Upstreams()
    /// Whoever has the files of hosts that were forgotten.
    let archive = Archive()
    private var children: [TestChild] = []

    init(_ configuration: Configuration = ParentBench.open, lz4Version: Int = Compression.libraryVersion) {
        hosts = Hosts(
            local: Host(
                guid: GUID(parentGUID)!,
                identity: HostIdentity(hostname: "parent01"),
                settings: HostSettings(),
                state: .local,
                at: clock.now()
            )
        )
        let parent = StreamParent(
            hosts: hosts,
            configuration: configuration,
            clock: clock,
            reporter: reports,
            journal: journal,
            proxies: Proxies { [clock, reports, upstreams] host, settings, eventLoop in
                Sender(
                    host: host,
                    settings: settings,
                    eventLoop: eventLoop,
                    clock: clock,
                    reporter: reports,
                    random: { 0 },
                    lz4Version: lz4Version,
                    dial: { upstreams.dial($0, $4) }
                )
            },
            recall: { [archive] guid in archive.keeper.withLock { $0 }?.recall(guid) },
            lz4Version: lz4Version
        )
        self.parent = parent
        let box = VerdictBox()
        context = ServerContext(
            limits: ServerLimits(),
            connectionsLimit: 100,
            policy: ServerPolicy(),
            clock: clock,
            reporter: reports,
            accessLog: AccessLog(LogFile(.none)),
            pool: NIOThreadPool(numberOfThreads: 1),
            router: { _ in Route { _ in .text(200, "") } },
            acceptor: { offer, connection in
                let foreseen = parent.wouldRefuse(offer.head, from: connection.peer, rights: connection.rights)
                let verdict = parent.accept(offer, connection)
                box.list.withLock { $0.append(verdict) }
                // What the door of a server is told must be what comes then, everywhere in these tests; who is only early is
                // not foreseen (status 503).
                if case .refused(let status, _) = verdict {
                    #expect(foreseen || status == 503, "not foreseen: \(verdict)")
                } else if verdict == .accepted {
                    #expect(!foreseen, "foreseen, but let in")
                }
                return verdict
            }
        )
        self.box = box
    }

    static let open = configuration()

    /// Whoever keeps this parent's hosts, in a directory of its own or nowhere.
    func keeper(_ directory: String = "/nonexistent", _ database: String = "") -> HostKeeper {
        HostKeeper(
            hosts: hosts,
            configuration: configuration(
                netdata: ramDatabase + database + "\n[directories]\n cache = \(directory)\n"
            ),
            clock: clock,
            reporter: reports
        )
    }

    final class Archive: Sendable {
        let keeper = Mutex<HostKeeper?>(nil)
    }

    private final class VerdictBox: Sendable {
        let list = Mutex<[StreamVerdict]>([])
    }

    /// The last verdict.
    var verdict: StreamVerdict? { box.list.withLock { $0.last } }

    func connect(from address: String = "10.0.0.4", port: Int = 51234, rights: Rights = .all) throws -> TestChild {
        let channel = EmbeddedChannel(handler: nil, loop: loop)
        channel.connect(to: try SocketAddress(ipAddress: "10.0.0.9", port: 4711), promise: nil)
        let client = Client(context, policy: ServerPolicy(), peer: Peer(address: address, port: port), rights: rights)
        try channel.pipeline.syncOperations.addHandler(Sniffer(client))
        let child = TestChild(channel)
        children.append(child)
        return child
    }

    /// A child that was let in.
    func accepted(_ request: String = request(), from address: String = "10.0.0.4") throws -> TestChild {
        let child = try connect(from: address)
        child.send(request)
        try #require(verdict == .accepted)
        _ = child.answers()
        return child
    }

    /// Lets time pass, timers included.
    func wait(seconds: Int64) {
        clock.advance(seconds: seconds)
        loop.advanceTime(by: .seconds(seconds))
    }

    func host(_ guid: String = machineGUID) throws -> Host {
        try #require(hosts.host(guid: GUID(guid)!))
    }

    deinit {
        for child in children { child.leave() }
        // What was scheduled looks once more, sees the end and goes.
        loop.advanceTime(by: .minutes(2))
    }
}

/// The far end of an embedded connection.
final class TestChild {
    let channel: EmbeddedChannel

    init(_ channel: EmbeddedChannel) { self.channel = channel }

    var isOpen: Bool { channel.isActive }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: some Swift.Collection<UInt8>) {
        guard channel.isActive else { return }
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// Everything that came since the last look.
    func answers() -> String {
        var bytes: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// In how many pieces it came.
    func answerPieces() -> [String] {
        var pieces: [String] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { pieces.append(String(buffer: buffer)) }
        return pieces
    }

    /// Closes the connection, as the child does.
    func leave() {
        if channel.isActive { channel.close(promise: nil) }
    }
}

/// A request as a 1.3x child sends it; `nil` leaves a parameter out.
func request(
    key: String? = goodKey,
    hostname: String? = "web01",
    guid: String? = machineGUID,
    version: String? = "5",
    more: String = "",
    program: String = "netdata/v1.33.1"
) -> String {
    var parameters: [String] = []
    if let key { parameters.append("key=" + key) }
    if let hostname { parameters.append("hostname=" + hostname) }
    if let guid { parameters.append("machine_guid=" + guid) }
    parameters.append("update_every=1&os=linux&timezone=Etc/UTC&abbrev_timezone=UTC&utc_offset=0&hops=1&tags=")
    if let version { parameters.append("ver=" + version) }
    let line = parameters.joined(separator: "&") + more + "&NETDATA_PROTOCOL_VERSION=1.1"
    return "STREAM \(line) HTTP/1.1\r\nUser-Agent: \(program)\r\nAccept: */*\r\n\r\n"
}

/// What a host has, for comparing.
struct StoredHost: Equatable {
    var charts: [ChartSnapshot]
    var points: [StoredPoints]
    var latest: [[LatestValue]]
    var variables: [String: Double]
    var identity: HostIdentity

    init(_ host: Host) {
        let identity = host.identity.withLock { $0 }
        let parts = host.withDatabase { database in
            let refs = database.refs
            return (
                database.snapshots(), refs.map { database.points(of: $0) }, refs.map { database.latest(of: $0) },
                database.hostVariables
            )
        }
        (charts, points, latest, variables) = parts
        self.identity = identity
    }

    func chart(_ id: String) -> ChartSnapshot? { charts.first { $0.definition.id == id } }

    func latest(_ chart: String, _ dimension: String) -> LatestValue? {
        guard let index = charts.firstIndex(where: { $0.definition.id == chart }) else { return nil }
        return latest[index].first { $0.id == dimension }
    }

    /// The points of a dimension, oldest first; `nil` for a gap.
    func values(_ chart: String, _ dimension: String) -> [Double?] {
        guard let index = charts.firstIndex(where: { $0.definition.id == chart }),
            let column = charts[index].dimensions.firstIndex(where: { $0.id == dimension })
        else { return [] }
        return points[index].columns[column].map { StorageNumber.decode($0) }
    }
}

/// A generator whose seed is printed when a test fails: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// The seed of a round of a simulation: random and printed, or `$NDSTREAM_SEED` for all rounds, to repeat one.
func simulationSeed(_ round: Int) -> UInt64 {
    let given = getenv("NDSTREAM_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0 ... .max)
    print("replication simulation \(round): seed \(seed)")
    return seed
}
