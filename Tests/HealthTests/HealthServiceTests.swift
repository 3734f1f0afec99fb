import Basics
import Diagnostics
import Status
import Store
import Synchronization
import System
import Testing

@testable import Health

/// The alarms of all hosts of a node, driven by a clock that stands (health §5.1, §7).
@Suite struct HealthServiceTests {
    private static let rules = "template: a\non: ctx\nevery: 1s\ncalc: $x\nwarn: $this > 3\n"

    private final class HealthLines: HealthJournal {
        private let list = Mutex<[String]>([])
        func health(_ event: Event) { list.withLock { $0.append(event.text) } }
        var texts: [String] { list.withLock { $0 } }
    }

    /// A node with its own host and one child.
    private final class Bench {
        let clock: ManualClock
        let hosts: Hosts
        let lines = HealthLines()
        let reports = HeardReports()
        let silencers = SilencerBoard()
        var policy = HealthPolicy()
        let service: HealthService
        private var charts: [(host: Host, chart: ChartRef)] = []
        var value: Int64 = 5

        init(_ directory: String, _ rules: String = HealthServiceTests.rules, seconds: Int64 = 1_795_340_000) throws {
            clock = ManualClock(seconds: seconds)
            clock.advance(microseconds: 400_000)
            hosts = Hosts(local: Self.host("own", 1, clock))
            policy.definitions = Self.definitions(rules)
            policy.libDirectory = directory
            policy.handler = "/bin/true"
            policy.runAtLeastEverySeconds = 1
            service = try HealthService(
                hosts: hosts,
                policy: policy,
                silencers: silencers,
                notifier: nil,
                clock: clock,
                reporter: reports,
                journal: lines
            )
            collect(hosts.local)
        }

        static func definitions(_ rules: String) -> [AlarmDefinition] {
            HealthFile(Array(rules.utf8), path: "/etc/netdata/health.d/test.conf").definitions
        }

        private static func host(_ name: String, _ number: UInt8, _ clock: ManualClock) -> Host {
            Host(
                guid: GUID(random: Array(repeating: number, count: 16)),
                identity: HostIdentity(hostname: name, os: "linux"),
                settings: HostSettings(mode: .ram, history: 600, futureLimitSeconds: 0),
                state: number == 1 ? .local : .live,
                at: clock.now()
            )
        }

        /// A child comes, for the first time or as if so.
        func child(_ name: String = "child", number: UInt8 = 2, health: String = "on", postpone: Int = 0) -> Host {
            let host = hosts.add(Self.host(name, number, clock))
            connect(host, health: health, postpone: postpone)
            collect(host)
            return host
        }

        func connect(_ host: Host, health: String = "on", postpone: Int = 0) {
            let (now, monotonic) = (clock.now(), clock.monotonic())
            host.status.withLock { facts in
                facts.health = health
                facts.postponeAlarmsSeconds = postpone
                facts.connected(
                    address: "::1",
                    port: 1,
                    connection: StatusDocument.Connection(),
                    at: now,
                    monotonic: monotonic
                )
            }
        }

        private func collect(_ host: Host) {
            let now = clock.now()
            let chart = host.withDatabase { database in
                let chart = database.define(ChartDefinition(id: "t.a", context: "ctx"), now: now)!
                database.define(DimensionDefinition(id: "x"), in: chart)
                return chart
            }
            charts.append((host, chart))
        }

        func forgetCharts(of guid: GUID) { charts.removeAll { $0.host.guid == guid } }

        func tick(_ seconds: Int = 1) {
            for _ in 0..<seconds {
                clock.advance(seconds: 1)
                let now = clock.now()
                for (host, chart) in charts {
                    host.withDatabase { [value] database in
                        database.begin(chart, microseconds: 1_000_000, now: now, trusted: true)
                        database.set(0, value)
                        database.end(now: now)
                    }
                    let monotonic = clock.monotonic()
                    host.status.withLock {
                        $0.received(
                            wireBytes: 1,
                            rawBytes: 1,
                            samples: 1,
                            updateEvery: 1,
                            at: now,
                            monotonic: monotonic
                        )
                    }
                }
                service.look()
            }
        }

        func changes(_ host: Host) -> [String] {
            (service.health(of: host)?.entries() ?? []).reversed().map { "\($0.oldStatus.name)>\($0.status.name)" }
        }

        func sent(_ host: String) -> Int { lines.texts.count { $0.hasPrefix("[\(host)]: Sending notification") } }
    }

    @Test func everyHostHasItsOwnAlarmsAndLog() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            let child = bench.child(postpone: 5)
            bench.tick(20)
            #expect(bench.changes(bench.hosts.local) == ["UNINITIALIZED>UNINITIALIZED", "UNINITIALIZED>WARNING"])
            #expect(bench.changes(child) == bench.changes(bench.hosts.local))
            #expect(
                bench.lines.texts.filter { $0.hasPrefix("[child]") && !$0.contains("alarm") && !$0.contains("Alert") }
                    == [
                        "[child]: Postponing health checks for 5 seconds, because it was just connected.",
                        "[child]: Resuming health checks after delay.", "[child]: Waiting for chart obsoletion check.",
                        "[child]: Health is running.",
                    ]
            )
            let own = AlarmLogFile.directory(lib: scratch, machineGUID: nil) + "/health-log.db"
            let other = AlarmLogFile.directory(lib: scratch, machineGUID: child.guid) + "/health-log.db"
            #expect(try Files.read(own, limit: 1 << 20).count { $0 == 10 } >= 2)
            #expect(try Files.read(other, limit: 1 << 20).count { $0 == 10 } >= 2)
            #expect(child.alarms?.alarmTally.warning == 1)
        }
    }

    @Test func healthThatIsOffForAHostCostsNothing() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            let off = bench.child("off", number: 3, health: "off")
            bench.tick(5)
            #expect(bench.service.health(of: off) == nil && off.alarms == nil)
        }
    }

    @Test func aReloadBeginsAnewAndKeepsNumbers() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            bench.tick(5)
            let before = try #require(bench.service.health(of: bench.hosts.local)).alarms[0]
            bench.service.reload(bench.policy)
            bench.tick(2)
            #expect(
                bench.changes(bench.hosts.local).suffix(3) == [
                    "WARNING>REMOVED", "UNINITIALIZED>UNINITIALIZED", "UNINITIALIZED>WARNING",
                ]
            )
            #expect(bench.service.health(of: bench.hosts.local)?.alarms[0].id == before.id)
            #expect(bench.sent("own") == 1)
            #expect(bench.lines.texts.count { $0 == "[own]: Reloading health." } == 1)
            bench.policy.definitions = []
            bench.service.reload(bench.policy)
            bench.tick(2)
            #expect(bench.service.health(of: bench.hosts.local)?.alarms.isEmpty == true)
        }
    }

    @Test func aReloadSwitchesTheOwnHostOffAndOn() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            let child = bench.child()
            bench.tick(5)
            bench.policy.isEnabled = false
            bench.service.reload(bench.policy)
            bench.tick(3)
            #expect(bench.hosts.local.alarms?.alarmTally.total == 0)
            #expect(bench.hosts.local.status.withLock { $0.health } == "off")
            #expect(bench.lines.texts.contains("[own]: Health thread ended."))
            #expect(bench.service.health(of: child)?.isOn == true)
            bench.policy.isEnabled = true
            bench.service.reload(bench.policy)
            bench.tick(3)
            #expect(bench.hosts.local.alarms?.alarmTally.warning == 1)
        }
    }

    @Test func aHostThatIsForgottenIsLetGoOf() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            var child: Host? = bench.child()
            // Others that have no health: there are more hosts than there are logs.
            for number in 3..<9 { _ = bench.child("off\(number)", number: UInt8(number), health: "off") }
            bench.tick(5)
            let guid = try #require(child).guid
            weak let health = bench.service.health(of: child!)
            #expect(health != nil)
            bench.hosts.remove(guid)
            bench.tick(2)
            #expect(bench.service.health(of: child!) == nil)
            child = nil
            bench.forgetCharts(of: guid)
            #expect(health == nil, "with it would stay the whole database")
            // The same child comes back, as another host: it goes on where it was.
            let again = bench.child()
            bench.tick(5)
            #expect(bench.service.health(of: again)?.host === again)
            #expect(bench.changes(again).suffix(2) == ["UNINITIALIZED>UNINITIALIZED", "UNINITIALIZED>WARNING"])
            #expect(bench.service.health(of: again)?.alarms[0].eventID == 4)
            #expect(bench.sent("child") == 1, "it was told before")
        }
    }

    @Test func aHostThatIsReplacedBetweenTwoLooksIsAnother() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            let child = bench.child()
            bench.tick(5)
            bench.hosts.remove(child.guid)
            let again = bench.child()
            bench.tick(5)
            #expect(bench.service.health(of: again)?.host === again)
            #expect(again.alarms?.alarmTally.warning == 1)
        }
    }

    @Test func afterSleepAllHostsWait() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            let child = bench.child()
            let off = bench.child("quiet", number: 4, health: "auto-on")
            bench.tick(10)
            off.status.withLock { $0.disconnected(code: "ND-D1", text: "", at: bench.clock.now()) }
            bench.tick(2)
            bench.clock.set(seconds: bench.clock.now() / 1_000_000 + 3600)
            bench.tick()
            let evaluated = try #require(bench.service.health(of: child)).alarms[0].lastUpdated
            bench.tick(30)
            #expect(bench.service.health(of: child)?.alarms[0].lastUpdated == evaluated)
            #expect(bench.lines.texts.count { $0.contains("resumed from suspension") } == 2, "not of one that is off")
            bench.tick(35)
            #expect(bench.service.health(of: child)?.alarms[0].lastUpdated ?? 0 > evaluated)
        }
    }

    @Test func anotherRunGoesOnFromTheFiles() throws {
        try withScratch { scratch in
            let first = try Bench(scratch)
            let child = first.child()
            first.tick(10)
            let entry = try #require(first.service.health(of: child)?.entries().first)
            #expect(first.sent("child") == 1 && first.sent("own") == 1)
            first.service.stop()
            let second = try Bench(scratch, seconds: 1_795_341_000)
            let again = second.child()
            second.tick(10)
            let alarm = try #require(second.service.health(of: again)).alarms[0]
            #expect(alarm.id == entry.alarmID && alarm.eventID == entry.eventID + 2)
            #expect(second.service.health(of: again)?.latestUniqueID == entry.uniqueID + 2)
            #expect(second.sent("child") == 0 && second.sent("own") == 0)
            second.value = 1
            second.tick(3)
            #expect(second.sent("child") == 1 && second.sent("own") == 1, "the end of what the run before told")
        }
    }

    @Test func aHandlerThatEndsLateIsNoted() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            bench.tick(5)
            let health = try #require(bench.service.health(of: bench.hosts.local))
            let entry = try #require(health.entries().first)
            bench.service.reload(bench.policy)
            bench.tick(2)
            let notification = Health.Notification(
                host: bench.hosts.local.guid.description,
                hostname: "own",
                entry: entry.uniqueID,
                handler: "/bin/true",
                arguments: []
            )
            bench.service.ended(notification, .code(3))
            #expect(health.entries().first { $0.uniqueID == entry.uniqueID }?.handlerCode == 3)
            var unknown = notification
            unknown.host = "no such host"
            unknown.entry = .max
            bench.service.ended(unknown, .code(1))
            unknown.host = notification.host
            bench.service.ended(unknown, .code(1))
        }
    }

    @Test func nothingIsLookedAtOnceItIsStopped() throws {
        try withScratch { scratch in
            let bench = try Bench(scratch)
            bench.tick(5)
            bench.service.stop()
            bench.value = 1
            bench.tick(5)
            #expect(bench.changes(bench.hosts.local).last == "UNINITIALIZED>WARNING")
        }
    }
}
