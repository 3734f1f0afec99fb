import Basics
import Config
import Diagnostics
import Glibc
import NIOCore
import NIOPosix
import Status
import Store
import Streaming
import Synchronization
import System
import Testing
import Transport

@testable import Node

@Suite struct StatusReportTests {
    private let clock = ManualClock(seconds: 1_700_000_000)
    private let scratch: Scratch
    private let configuration: Configuration
    private let hosts: Hosts
    private let journal: Journal

    init() throws {
        scratch = try Scratch()
        configuration = try scratch.configuration(
            netdata: "[db]\n mode = ram\n retention = 3600\n unknown = 1\n",
            stream: "[stream]\n enabled = yes\n destination = parent:19999\n api key = \(key)\n"
        )
        try Files.makeDirectories(scratch.path + "/state/log")
        journal = Journal(configuration)
        hosts = Hosts(local: Self.host(machineGUID, "own", .local, clock))
    }

    private static func host(_ guid: String, _ name: String, _ state: HostState, _ clock: any Clock) -> Host {
        Host(
            guid: GUID(guid)!,
            identity: HostIdentity(hostname: name, os: "linux", programName: "netdata", programVersion: "v1.37.1"),
            settings: HostSettings(mode: .ram, history: 3600, updateEvery: 2),
            state: state,
            at: clock.now()
        )
    }

    private func report(_ senders: [Sender] = [], role: Role = .parent) -> StatusReport {
        StatusReport(
            hosts: hosts,
            journal: journal,
            links: { senders.map { $0.link() } },
            clock: clock,
            version: "0.9.9",
            role: role,
            current: CurrentConfiguration(configuration)
        )
    }

    @Test func theNode() throws {
        let report = report()
        clock.advance(seconds: 5)
        let document = report.document()
        #expect(document.schema == 1 && document.at == 1_700_000_005)
        let node = document.node
        #expect(node.hostname == "own" && node.guid == machineGUID && node.version == "0.9.9")
        #expect(node.program == "ndstream" && node.role == .parent && node.startedAt == 1_700_000_000)
        #expect(node.configDirectory == scratch.path + "/etc" && node.configProblems == 1)
        #expect(node.databaseMode == "ram" && node.compression == true && node.tls == .off)
        #expect((node.residentBytes ?? 0) > 1 << 20 && (node.threads ?? 0) > 0)
        #expect((node.fileDescriptors ?? 0) > 2 && (node.fileDescriptorsMax ?? 0) >= (node.fileDescriptors ?? 0))
        #expect(self.report(role: .agent).document().node.role == .agent)
    }

    @Test func processorTimeIsMeasuredBetweenDocuments() {
        let report = report()
        #expect(report.document().node.cpuPercent == nil)
        clock.advance(seconds: 1000)
        let first = report.document().node.cpuPercent
        #expect(first != nil && first! >= 0 && first! < 100)
        // Too soon for another look.
        clock.advance(microseconds: 999_999)
        #expect(report.document().node.cpuPercent == first)
    }

    @Test func hostsAndTotals() throws {
        let child = Self.host("11111111-1111-4111-8111-111111111111", "a", .connecting, clock)
        _ = hosts.add(child)
        _ = hosts.add(Self.host("22222222-2222-4222-8222-222222222222", "b", .archived, clock))
        let monotonic = clock.monotonic()
        let now = clock.now()
        child.status.withLock { facts in
            var connection = StatusDocument.Connection()
            connection.compression = "lz4"
            facts.connected(address: "10.0.0.4", port: 7, connection: connection, at: now, monotonic: monotonic)
        }
        for _ in 0..<5 {
            clock.advance(seconds: 1)
            let monotonic = clock.monotonic()
            let now = clock.now()
            child.status.withLock {
                $0.received(
                    wireBytes: 100,
                    rawBytes: 300,
                    samples: 10,
                    updateEvery: 2,
                    at: now,
                    monotonic: monotonic
                )
            }
        }
        clock.advance(seconds: 1)
        let document = report().document()
        #expect(document.hosts.map(\.hostname) == ["own", "a", "b"])
        let shown = document.hosts[1]
        #expect(shown.os == "linux" && shown.program == "netdata" && shown.version == "v1.37.1")
        #expect(shown.address == "10.0.0.4" && shown.port == 7 && shown.connection?.compression == "lz4")
        #expect(shown.updateEverySeconds == 2 && shown.databaseMode == "ram" && shown.retentionSeconds == 4096 * 2)
        #expect(shown.charts == 0 && shown.dimensions == 0)
        #expect(document.hosts[0].state == .local && document.hosts[2].state == .archived)
        #expect(document.totals?.inBytesPerSecond == shown.inBytesPerSecond && shown.inBytesPerSecond == 100)
        #expect(document.totals?.inRawBytesPerSecond == 300 && document.totals?.samplesPerSecond == 10)
        #expect(document.store?.mode == "ram")
    }

    /// Counts of each host and of all, and which are raised, the worst first; nothing where health was never on.
    @Test func alarms() throws {
        #expect(report().document().alarms == nil)
        let child = Self.host("11111111-1111-4111-8111-111111111111", "a", .live, clock)
        _ = hosts.add(child)
        func facts(_ name: String, _ status: AlarmStatus, since: Int) -> AlarmFacts {
            var facts = AlarmFacts(
                id: 1,
                name: name,
                chart: "c.id",
                chartName: "c.name",
                status: status,
                value: 7,
                units: "%",
                updateEvery: 10
            )
            facts.since = since
            facts.valueText = "7 %"
            facts.info = "info of \(name)"
            facts.classification = "Errors"
            facts.recipient = "dba"
            facts.source = "3@/etc/x.conf"
            facts.isSilenced = name == "w"
            facts.isDisabled = name == "d"
            return facts
        }
        hosts.local.alarms = FixedAlarms([facts("w", .warning, since: 9), facts("n", .clear, since: 8)])
        child.alarms = FixedAlarms([facts("d", .warning, since: 0), facts("c", .critical, since: 5)])
        let document = report().document()
        #expect(
            document.hosts.map(\.alarms) == [
                .init(warning: 1, critical: 0, total: 2), .init(warning: 1, critical: 1, total: 2),
            ]
        )
        let all = try #require(document.alarms)
        #expect(all.warning == 2 && all.critical == 1 && all.total == 4)
        #expect(all.raised.map(\.name) == ["c", "w", "d"])
        let worst = all.raised[0]
        #expect(worst.hostGUID == child.guid.description && worst.hostname == "a" && worst.chart == "c.id")
        #expect(
            worst.status == "CRITICAL" && worst.sinceAt == 5 && worst.valueText == "7 %" && worst.info == "info of c"
        )
        #expect(worst.classification == "Errors" && worst.recipient == "dba" && worst.source == "3@/etc/x.conf")
        #expect(!worst.silenced && worst.disabled == false)
        #expect(all.raised[1].silenced && all.raised[2].disabled == true && all.raised[2].sinceAt == nil)
    }

    /// What is on the disk is told with it, and without it what is in memory.
    @Test(arguments: [MemoryMode.map, .dbengine])
    func theStore(mode: MemoryMode) throws {
        let disk = try DiskStore(
            cache: scratch.path + "/cache",
            settings: configuration.database.diskEngine,
            clock: clock,
            reporter: journal
        )
        let hosts = Hosts(local: Self.host(machineGUID, "own", .local, clock), disk: disk)
        let report = StatusReport(
            hosts: hosts,
            journal: journal,
            links: { [] },
            clock: clock,
            version: "0.9.9",
            role: .parent,
            current: CurrentConfiguration(configuration)
        )
        func stored() throws -> StatusDocument.Store { try #require(report.document().store) }
        let start = clock.now() / 1_000_000
        #expect(try stored() == StatusDocument.Store(mode: "ram", bytes: 0))
        let child = hosts.add(
            Host(
                guid: GUID("11111111-1111-4111-8111-111111111111")!,
                identity: HostIdentity(hostname: "a"),
                settings: HostSettings(mode: mode, history: 3600),
                state: .live,
                at: clock.now()
            )
        )
        child.withDatabase { database in
            let ref = database.define(ChartDefinition(id: "a.b"), now: clock.now())!
            database.define(DimensionDefinition(id: "x"), in: ref)
            for second in Int64(1)...1000 { database.load([Double(second)], at: start + second, into: ref) }
        }
        disk.start()
        // A round of writing a second; it is seen while it goes on, too.
        func isWritten(_ store: StatusDocument.Store) -> Bool {
            store.oldestAt != nil && (store.bytes ?? 0) > 0 && (store.journalBytes ?? 0) > 0
        }
        for _ in 0..<300 where try !isWritten(stored()) { usleep(100_000) }
        let running = try stored()
        #expect(isWritten(running) && running.oldestAt == Double(start + 1))
        #expect(running.segments == 1 && running.degraded == nil)
        #expect(running.quotaBytes == (mode == .dbengine ? 256 << 20 : nil))
        let shown = try #require(report.document().hosts.last)
        #expect(shown.databaseMode == mode.rawValue && shown.charts == 1 && (shown.storedBytes ?? 0) > 0)
        disk.stop()
    }

    @Test func links() throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let settings = try #require(SenderSettings(configuration.stream))
        let sender = Sender(
            host: hosts.local,
            settings: settings,
            eventLoop: group.next(),
            dialer: Dialer(pool: .singleton),
            encryption: Encryption(clock: clock, reporter: journal),
            clock: clock,
            reporter: journal,
            random: { 0 }
        )
        let document = report([sender]).document()
        #expect(document.links.count == 1)
        #expect(document.links[0].hostGUID == machineGUID)
        #expect(document.links[0].bufferBytes == 0 && document.links[0].bufferMaxBytes == 10_485_760)
        #expect(document.links[0].candidates.map(\.destination) == ["parent:19999"])
        #expect(document.totals?.outBytesPerSecond == 0)
    }

    @Test func thePast() throws {
        journal.report(Event(.listening, at: clock.now(), thread: "MAIN", values: ["address": "a"]))
        journal.report(Event(.listening, at: clock.now(), thread: "MAIN", values: ["address": "b"]))
        journal.refused(StatusDocument.Refusal(code: "ND-F1", text: "no", at: 1))
        journal.refused(StatusDocument.Refusal(code: "ND-F1", text: "no", at: 2))
        let document = report().document()
        #expect(document.events.map(\.text) == ["Listening on b.", "Listening on a."])
        #expect(document.events[0].code == "ND-W1" && document.events[0].severity == "info")
        #expect(document.refusals.map(\.tries) == [2])
    }

    /// What is written is what top reads.
    @Test func isReadAgain() throws {
        let document = report().document()
        #expect(try StatusDocument(json: document.json()).hosts == document.hosts)
    }
}

extension StatusDocument.Store {
    fileprivate init(mode: String, bytes: Int) {
        self.init(mode: mode)
        self.bytes = bytes
    }
}

/// Alarms that stay as they are.
private struct FixedAlarms: AlarmSource {
    let alarmFacts: [AlarmFacts]

    init(_ facts: [AlarmFacts]) { alarmFacts = facts }

    var alarmTally: AlarmTally {
        AlarmTally(
            normal: alarmFacts.count { !$0.status.isRaised },
            warning: alarmFacts.count { $0.status == .warning },
            critical: alarmFacts.count { $0.status == .critical }
        )
    }
}
