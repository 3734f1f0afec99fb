import Basics
import Diagnostics
import Status
import Store

@testable import Health

/// A host with a few charts, and its alarms, driven second by second.
final class HostBench {
    let host: Host
    let health: HostHealth
    let book: RuleBook
    var situation = HostSituation(attention: .always)
    var settings = AlarmSettings()
    var silencers = Silencers()
    var silencersGeneration: UInt64 = 0
    var folds = true
    var runAtLeastEvery = 1
    /// Unix seconds.
    var now: Int
    var charts: [String: ChartRef] = [:]
    /// What is collected each second.
    var values: [String: [Int64]] = [:]
    private var collectedAt: [String: Int] = [:]
    private(set) var log: [String] = []
    private(set) var events: [Event] = []
    private(set) var notifications: [Health.Notification] = []
    /// Numbers of the entries that were to be written for the first time.
    private(set) var written: [UInt32] = []

    init(_ rules: String, now: Int = 1_795_339_300, isOwn: Bool = true, log: AlarmLog? = nil, hostname: String = "nd-a")
    {
        let file = HealthFile(Array(rules.utf8), path: "/etc/netdata/health.d/test.conf")
        book = RuleBook(file.definitions)
        self.now = now
        host = Host(
            guid: GUID("22222222-bbbb-11ed-8000-0000000000bb")!,
            identity: HostIdentity(hostname: hostname, os: "linux"),
            settings: HostSettings(mode: .ram, history: 600, futureLimitSeconds: 0),
            state: isOwn ? .local : .live,
            at: 0
        )
        health = HostHealth(host: host, log: log ?? AlarmLog(now: now, limit: 1000), isOwn: isOwn)
        situation.isOwn = isOwn
        settings.handler.path = "/usr/lib/netdata/plugins.d/alarm-notify.sh"
    }

    @discardableResult
    func add(_ definition: ChartDefinition, _ dimensions: [String], values initial: [Int64]) -> ChartRef {
        let now = Int64(self.now) * 1_000_000
        let chart = host.withDatabase { database in
            let chart = database.define(definition, now: now)!
            for name in dimensions { database.define(DimensionDefinition(id: name), in: chart) }
            return chart
        }
        charts[definition.id] = chart
        values[definition.id] = initial
        return chart
    }

    /// The next second: collects what there is, then looks at the alarms.
    func tick(collecting: Bool = true) {
        now += 1
        if collecting { collect() }
        look()
    }

    func collect() {
        let at = Int64(now) * 1_000_000 + 100_000
        for (id, chart) in charts {
            guard let values = values[id] else { continue }
            let passed = Int64(max(1, now - (collectedAt[id] ?? now))) * 1_000_000
            collectedAt[id] = now
            host.withDatabase { database in
                database.begin(chart, microseconds: passed, now: at, trusted: true)
                for (index, value) in values.enumerated() { database.set(Int32(index), value) }
                database.end(now: at)
            }
        }
    }

    func look() {
        var round = HealthRound(
            book: book,
            settings: settings,
            silencers: silencers,
            silencersGeneration: silencersGeneration,
            folds: folds,
            runAtLeastEvery: runAtLeastEvery,
            userConfigDirectory: "/etc/netdata",
            ownGUID: situation.isOwn ? host.guid : GUID("33333333-cccc-11ed-8000-0000000000cc")!,
            ownRegistryHostname: "nd-a",
            now: Int64(now) * 1_000_000 + 400_000
        )
        let result = health.pass(situation, &round)
        log += result.log.map(\.text)
        events += result.events
        notifications += result.notifications
        written += result.new.map(\.uniqueID)
    }

    func tick(until second: Int, collecting: Bool = true) {
        while now < second { tick(collecting: collecting) }
    }

    func alarm(_ name: String) -> Alarm? { health.alarms.first { $0.name == name } }

    /// `NAME OLD>NEW`, oldest first.
    var changes: [String] {
        health.entries().reversed().map { "\($0.name) \($0.oldStatus.name)>\($0.status.name)" }
    }
}
