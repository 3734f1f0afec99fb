import Basics
import Diagnostics
import Glibc
import Health
import Status
import Store
import Synchronization
import System
import Wire

/// What the stock alarms of a fleet cost a parent: hosts with the charts of a real one, ten minutes of simulated time, the
/// processor time of nothing but the alarms.
///
/// `health HOSTS DEFINITIONS RULES…`: definitions as a child sends them, and files of health.d; health.py calls it.
func benchmarkHealth(_ arguments: [String]) {
    guard arguments.count > 2, let count = Int(arguments[0]) else {
        print("health HOSTS DEFINITIONS RULES…: see health.py")
        exit(64)
    }
    let definitions = try! Files.read(arguments[1], limit: 16 << 20)
    let rules = arguments[2...].flatMap { HealthFile(try! Files.read($0, limit: 1 << 20), path: $0).definitions }
    let past = 700
    let simulated = 600
    let start: Int64 = 1_700_000_000
    let fleet = Fleet(hosts: count, definitions, at: start)
    for second in 0..<past { fleet.collect(start + Int64(second)) }
    let clock = ManualClock(seconds: start + Int64(past))
    clock.advance(microseconds: 400_000)
    // Alarm logs are written as in a parent, to a place that goes away again.
    var template = Array("/tmp/ndstream-health-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return }
    let directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { _ = system("rm -rf \(directory)") }
    var policy = HealthPolicy()
    policy.definitions = rules
    policy.libDirectory = directory
    let service = try! HealthService(
        hosts: fleet.hosts,
        policy: policy,
        silencers: SilencerBoard(),
        notifier: nil,
        clock: clock,
        reporter: Silence(),
        journal: Silence()
    )
    let memory = OwnProcess.now().resident
    var used = 0.0
    var first = 0.0
    for second in 0..<simulated {
        fleet.collect(start + Int64(past + second))
        let began = processTime()
        service.look()
        let spent = processTime() - began
        if second < 20 { first += spent } else { used += spent }
        clock.advance(seconds: 1)
    }
    let alarms = fleet.hosts.all().compactMap { service.health(of: $0)?.alarms }
    let all = alarms.joined()
    let perSecond = all.reduce(0) { $0 + 1 / Double($1.updateEvery) }
    let lookups = all.filter { $0.rule.definition.lookup != nil }.reduce(0) { $0 + 1 / Double($1.updateEvery) }
    let share = used / Double(simulated - 20)
    print(
        "\(count) hosts, \(all.count) alarms, \(rounded(perSecond)) evaluations a second, "
            + "\(rounded(lookups)) with a lookup"
    )
    print(
        "\(rounded(share * 100)) % of a core, \(rounded(share / max(perSecond, 1) * 1e6)) µs an evaluation; "
            + "binding all: \(rounded(first)) s"
    )
    print("memory of alarms: \((OwnProcess.now().resident - memory) / max(all.count, 1)) bytes each")
    for (name, number) in mix(alarms.first { !$0.isEmpty } ?? []) { print("  \(name): \(number)") }
}

/// How many alarms of a host are evaluated how often, and over which windows.
private func mix(_ alarms: [Alarm]) -> [(String, Int)] {
    var counts: [String: Int] = [:]
    for alarm in alarms {
        let lookup = alarm.rule.definition.lookup
        let window = lookup.map { "\($0.method.name) over \(-$0.after) s" } ?? "no lookup"
        counts["every \(alarm.updateEvery) s, \(window)", default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }
}

/// Hosts that all collect the same charts.
private struct Fleet {
    let hosts: Hosts
    private let members: [Host]
    private let charts: [(ChartRef, Int)]

    init(hosts count: Int, _ definitions: [UInt8], at start: Int64) {
        func make(_ number: Int) -> Host {
            Host(
                guid: GUID(random: (0..<16).map { UInt8(truncatingIfNeeded: number >> ($0 * 8 % 32) ^ $0) }),
                identity: HostIdentity(hostname: "bench\(number)", os: "linux"),
                settings: HostSettings(mode: .ram, history: 3600, futureLimitSeconds: 0),
                state: number == 0 ? .local : .live,
                at: 0
            )
        }
        hosts = Hosts(local: make(0))
        var members: [Host] = []
        for number in 1...count {
            let host = hosts.add(make(number))
            var ingest = Ingest(
                host: host,
                session: .init(dialect: .stream, thread: "BENCHMARK", plugin: "benchmark", updateEvery: 1),
                reporter: Silence()
            )
            var decoder = StreamDecoder(mayCarryFrames: false)
            definitions.withUnsafeBytes {
                _ = ingest.feed($0, through: &decoder, now: start * microsecondsPerSecond)
            }
            host.status.withLock { facts in
                facts.health = "on"
                facts.connected(
                    address: "127.0.0.1",
                    port: 1,
                    connection: StatusDocument.Connection(),
                    at: start * microsecondsPerSecond,
                    monotonic: 1
                )
            }
            members.append(host)
        }
        self.members = members
        charts = members[0].withDatabase { database in
            database.refs.map { ($0, database.dimensionCount(of: $0)) }
        }
    }

    /// One second of all charts.
    func collect(_ second: Int64) {
        let now = second * microsecondsPerSecond + 100_000
        for (number, host) in members.enumerated() {
            host.withDatabase { database in
                for (place, (chart, dimensions)) in charts.enumerated() {
                    database.begin(chart, microseconds: microsecondsPerSecond, now: now, trusted: true)
                    for dimension in 0..<dimensions {
                        let step = second * Int64(1 + (number &+ place &* 7 &+ dimension &* 13) % 50)
                        database.set(Int32(dimension), step &+ (second &* 7919 &+ Int64(dimension)) % 97)
                    }
                    database.end(now: now)
                }
            }
        }
    }
}

extension Silence: HealthJournal {
    func health(_ event: Event) {}
}

private func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
