import Glibc
import System
import Testing

/// A real 1.37.1 and ours on one machine at one time make the same charts, but for what
/// `docs/differences-from-netdata.md` explains.
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct ChartSetTests {
    /// The collectors that both have.
    static let plugins = ["proc", "diskspace", "idlejitter", "timex", "netdata"]

    @Test(arguments: [false, true])
    func theChartsAreTheSame(zeroMetrics: Bool) throws {
        let page = try DifferencesPage()
        let pair = try Pair(zeroMetrics: zeroMetrics)
        var findings: [String] = []
        // Charts of things that seldom happen come a second apart, as the two look at different moments.
        _ = try eventually(withinSeconds: 60) {
            findings = try pair.findings(page)
            return findings.isEmpty
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))\n\(pair.ours.log.suffix(2000))")
        #expect(!pair.ours.log.contains(" ERROR "), "\(pair.ours.log)")
    }

    /// What holds still must be the same number, whatever it was divided and multiplied by on its way.
    @Test func whatHoldsStillHasTheSameValue() throws {
        let pair = try Pair(zeroMetrics: true)
        var compared: Set<String> = []
        var differences: [String] = []
        let isCompared = try eventually(withinSeconds: 60) {
            (compared, differences) = try pair.comparedGauges()
            return compared.count == Pair.gauges.count && differences.isEmpty
        }
        #expect(isCompared, "left out: \(Set(Pair.gauges.map(\.context)).subtracting(compared)); \(differences)")
    }

    /// Options, algorithms, multipliers, divisors and variables, which the API doesn't tell: from the lines that both stream.
    @Test func theDefinitionsAreTheSame() throws {
        let page = try DifferencesPage()
        let (ours, real) = (try RecordingParent(), try RecordingParent())
        let port = freePort()
        let zeros = "[db]\nenable zero metrics = yes"
        let agent = try NodeUnderTest(
            .agent(destination: ours.port, port: port, hostname: "one", extra: zeros),
            port: port
        )
        let child = try Self.child(of: real)
        var findings = ["nothing came"]
        var next: Int64 = 0
        _ = eventually(withinSeconds: 60) {
            ours.receive()
            real.receive()
            guard SystemClock().monotonic() >= next else { return false }
            next = SystemClock().monotonic() + 1_000_000
            findings = Self.findings(ours.definitions, real.definitions, page)
            return findings.isEmpty
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
        #expect(ours.definitions.count > 150)
        agent.stop()
        child.stop()
    }

    /// What a child says of itself and of its machine when it connects.
    @Test func theRequestAndTheHostLabelsAreTheSame() throws {
        let page = try DifferencesPage()
        let (ours, real) = (try RecordingParent(), try RecordingParent())
        let port = freePort()
        let agent = try NodeUnderTest(.agent(destination: ours.port, port: port, hostname: "one"), port: port)
        let child = try Self.child(of: real)
        let arrived = eventually(withinSeconds: 30) {
            ours.receive()
            real.receive()
            return !ours.definitions.isEmpty && !real.definitions.isEmpty
        }
        #expect(arrived, "\(agent.log.suffix(2000))\n\(child.log.suffix(2000))")
        let findings =
            page.findings(.request, different(ours.parameters, real.parameters))
            + page.findings(.labels, different(ours.labels, real.labels))
        #expect(findings.isEmpty, "\(findings)\n\(ours.parameters)\n\(real.parameters)\n\(ours.labels)\n\(real.labels)")
    }

    /// A plugin that writes down where it runs, under both.
    @Test func pluginsRunInTheSameSurroundings() throws {
        let page = try DifferencesPage()
        let plugins = Scratch("plugins")
        let script = """
            #!/bin/sh
            { env; echo "ARGUMENTS=$*"; echo "NICE=$(nice)"; grep SigBlk /proc/self/status | tr ':' '='; pwd | sed s/^/PWD=/
            } > "$NETDATA_CACHE_DIR/surroundings.new"
            mv "$NETDATA_CACHE_DIR/surroundings.new" "$NETDATA_CACHE_DIR/surroundings"
            exec sleep 600

            """
        try Files.write(Array(script.utf8), to: plugins.path + "/tell.plugin")
        chmod(plugins.path + "/tell.plugin", 0o755)
        var options = RealNetdata.Options()
        options.hostname = "parent"
        options.custom = plugins.path
        options.extra = "[plugin:tell]\nupdate every = 3\ncommand options = debug 'a b'\n"
        let real = try RealNetdata(options)
        let port = freePort()
        let configuration = """
            [directories]
                plugins = "\(RealNetdata.root)/usr/lib/netdata/plugins.d" "\(plugins.path)"
            [plugins]
                enable running new plugins = no
                tell = yes
                netdata monitoring = no
            [logs]
                errors flood protection period = 1
                errors to trigger flood protection = 10000
            \(options.extra)
            """
        let ours = try NodeUnderTest(.parent(port: port, extra: configuration), port: port)
        let files = [ours.stateDirectory, real.directory].map { $0 + "/cache/surroundings" }
        #expect(eventually(withinSeconds: 30) { files.allSatisfy { Files.exists($0) } }, "\(ours.log)\n\(real.log)")
        let (mine, theirs) = (surroundings(files[0]), surroundings(files[1]))
        #expect(mine.keys.sorted() == theirs.keys.sorted())
        #expect(mine["ARGUMENTS"] == "3 debug a b")
        #expect(mine["PWD"] == ours.configDirectory)
        let values = different(mine, theirs).filter { !$0.hasSuffix("_DIR") && !["HOME", "PWD"].contains($0) }
        let findings = page.findings(.environment, values)
        #expect(findings.isEmpty, "\(findings)\n\(mine)\n\(theirs)")
    }

    @Test func aDifferenceThatIsNoneFailsAsOneThatIsNotExplainedDoes() throws {
        let page = try DifferencesPage()
        #expect(page.findings(.labels, ["_streams_to"]) == [])
        #expect(page.findings(.labels, ["_streams_to", "_virt_detection"]) == [])
        #expect(
            page.findings(.labels, ["_virt_detection"]) == [
                "Host labels: the page has _streams_to, which does not differ"
            ]
        )
        #expect(page.findings(.labels, ["_streams_to", "_os_name"]) == ["Host labels: _os_name is not on the page"])
    }

    private static func child(of parent: RecordingParent) throws -> RealNetdata {
        var options = RealNetdata.Options()
        options.hostname = "one"
        options.plugins = plugins
        options.zeroMetrics = true
        options.destination = "127.0.0.1:\(parent.port)"
        return try RealNetdata(options)
    }

    private static func findings(
        _ ours: [String: [String]],
        _ real: [String: [String]],
        _ page: DifferencesPage
    ) -> [String] {
        var findings = page.missing(Set(ours.keys), Set(real.keys))
        for (id, lines) in ours.sorted(by: { $0.key < $1.key }) {
            guard let theirs = real[id], lines != theirs else { continue }
            let (own, other) = (Set(lines).subtracting(theirs), Set(theirs).subtracting(lines))
            findings.append("\(id): \(own.sorted()) is \(other.sorted()) in Netdata")
        }
        return findings
    }
}

extension DifferencesPage {
    fileprivate func missing(_ ours: Set<String>, _ real: Set<String>) -> [String] {
        findings(.onlyOurs, ours.subtracting(real)) + findings(.onlyNetdata, real.subtracting(ours))
    }
}

/// The variables of a plugin without those that the scripts around Netdata set, or that both inherit.
private func surroundings(_ file: String) -> [String: String] {
    let others = ["TZ", "PATH", "HOME", "PWD", "LC_ALL", "PYTHONUNBUFFERED", "UV_THREADPOOL_SIZE", "MALLOC_ARENA_MAX"]
    let tests = ["NETDATA_ROOT", "NETDATA_DISABLE_CLOUD"]
    var values: [String: String] = [:]
    for line in contents(file).split(separator: "\n") {
        let name = String(line.prefix { $0 != "=" })
        guard name.hasPrefix("NETDATA_") || others.contains(name) || ["ARGUMENTS", "NICE", "SigBlk"].contains(name)
        else {
            continue
        }
        if !tests.contains(name) { values[name] = String(line.dropFirst(name.count + 1)) }
    }
    return values
}

/// The names whose values differ, or that only one has.
private func different(_ one: [String: String], _ two: [String: String]) -> Set<String> {
    Set(one.keys).union(two.keys).filter { one[$0] != two[$0] }
}

/// A connection of the machine that stays: without one, `ipv4.tcpsock` has a chart where a reading met one by chance.
private final class EstablishedConnection {
    private let listener: RecordingParent
    private let file: Int32

    init() throws {
        listener = try RecordingParent()
        file = try HTTP.connect(port: listener.port)
    }

    deinit { close(file) }
}

/// Both daemons, each with its own API and no parent.
private struct Pair {
    let real: RealNetdata
    let ours: NodeUnderTest
    private let zeroMetrics: Bool
    private let connection: EstablishedConnection

    init(zeroMetrics: Bool) throws {
        self.zeroMetrics = zeroMetrics
        connection = try EstablishedConnection()
        var options = RealNetdata.Options()
        options.hostname = "one"
        options.plugins = ChartSetTests.plugins
        options.zeroMetrics = zeroMetrics
        real = try RealNetdata(options)
        let port = freePort()
        let zeros = "[db]\nenable zero metrics = \(zeroMetrics ? "yes" : "no")"
        ours = try NodeUnderTest(.parent(port: port, extra: zeros), port: port)
    }

    func findings(_ page: DifferencesPage) throws -> [String] {
        let own = try ours.charts(of: "parent")
        let theirs = try real.charts(of: "one")
        var findings = page.missing(Set(own.keys.filter(isCertain)), Set(theirs.keys.filter(isCertain)))
        for (id, chart) in own.sorted(by: { $0.key < $1.key }) {
            guard let other = theirs[id] else { continue }
            for member in Self.members where chart[member] != other[member] {
                findings.append("\(id): \(member) is \(chart[member]), in Netdata \(other[member])")
            }
        }
        return findings
    }

    /// Without zero metrics a gauge has a chart once it was not zero at the moment of a reading, and the two read at
    /// different moments: an operation that a disk has not finished may have been seen by one of them alone.
    private func isCertain(_ id: String) -> Bool { zeroMetrics || !id.hasPrefix("disk_qops.") }

    private static let members = [
        "id", "name", "type", "family", "context", "title", "priority", "plugin", "module", "units", "chart_type",
        "update_every", "dimensions", "chart_labels",
    ]

    // MARK: Values

    /// What the charts of one context show, or all their dimensions together, may differ by so much.
    struct Gauge {
        let context: String
        var isSum = false
        var tolerance = 0.0
    }

    static let gauges = [
        // Both take their share of it in these seconds, but all of it stays the same.
        Gauge(context: "system.ram", isSum: true, tolerance: 0.1),
        Gauge(context: "disk.space", isSum: true, tolerance: 0.001),
        Gauge(context: "disk.inodes", isSum: true, tolerance: 1),
        // Read at different moments of a second.
        Gauge(context: "system.uptime", tolerance: 1.5),
        Gauge(context: "system.load", tolerance: 1),
        Gauge(context: "mem.committed", tolerance: 500),
        Gauge(context: "system.ipc_semaphores"), Gauge(context: "system.ipc_semaphore_arrays"),
        Gauge(context: "system.clock_sync_state"), Gauge(context: "system.clock_status"), Gauge(context: "net.mtu"),
        Gauge(context: "net.operstate"),
    ]

    /// The contexts of which at least one chart was compared, and what differed.
    func comparedGauges() throws -> (Set<String>, [String]) {
        var compared: Set<String> = []
        var differences: [String] = []
        let end = Int(time(nil)) - 2
        for (id, chart) in try ours.charts(of: "parent") {
            guard let gauge = Self.gauges.first(where: { $0.context == chart["context"].text }) else { continue }
            // Neither has points of a chart that has just begun.
            guard let own = try? ours.data(id, of: "parent", after: end - 10, before: end),
                let other = try? real.data(id, of: "one", after: end - 10, before: end)
            else { continue }
            for (second, row) in own.rows {
                guard own.labels == other.labels, let theirs = other.rows[second] else { continue }
                let (values, expected) = (row.compactMap { $0 }, theirs.compactMap { $0 })
                guard !values.isEmpty, values.count == row.count, expected.count == row.count else { continue }
                compared.insert(gauge.context)
                let pairs = gauge.isSum ? [(sum(values), sum(expected))] : Array(zip(values, expected))
                for (mine, real) in pairs where abs(mine - real) > gauge.tolerance {
                    differences.append("\(id) at \(second): \(mine), in Netdata \(real)")
                }
            }
        }
        return (compared, differences)
    }

    private func sum(_ values: [Double]) -> Double { values.reduce(0, +) }
}
