import Basics
import Status
import Transport

/// A status document for a parent that has none: what a Netdata's API tells of the hosts it mirrors (web API §8.1, §8.2).
///
/// One question for the node and, of as many hosts as there is time for, one for their newest point; who was not asked this time
/// keeps what was known.
final class NetdataStatus {
    private let client: HTTPClient
    private var known: [String: Known] = [:]
    /// Where the next round goes on.
    private var next = 0

    private struct Known {
        var info: APIInfo?
        /// A chart that is collected often, by whose newest point the host's lag is known.
        var chart: APICharts.Chart?
        var askedAt = -Double.infinity
        var reachable: Bool?
        /// When it was first seen as it is now.
        var since: Double?
        /// Its raised alarms, and whether health is on for it.
        var alarms: APIAlarms?
        var alarmsAskedAt = -Double.infinity
    }

    private static let refreshSeconds = 60.0
    /// Of raised alarms: they are evaluated every ten seconds, most of them.
    private static let alarmsRefreshSeconds = 5.0
    /// Microseconds for the questions about single hosts, of each round.
    private static let budget: Int64 = 700_000

    init(_ client: HTTPClient) { self.client = client }

    /// - Parameters:
    ///   - clock: tells the time, and how long the questions take.
    func document(_ clock: any Clock) throws(StatusFailure) -> StatusDocument {
        guard let info: APIInfo = ask("/api/v1/info", { try APIInfo(json: $0) }) else {
            throw StatusFailure(sentence: "it does not answer /api/v1/info", status: .unavailable)
        }
        let start = clock.now()
        let now = Double(start) / 1_000_000
        for host in info.mirrored { note(host, now) }
        for offset in info.mirrored.indices {
            let host = info.mirrored[(next + offset) % info.mirrored.count]
            look(at: host, now)
            lookAtAlarms(of: host, now)
            guard clock.now() - start < Self.budget else {
                next = (next + offset + 1) % info.mirrored.count
                break
            }
        }
        let local = info.mirrored.first { $0.guid == info.guid }?.hostname ?? "?"
        var node = StatusDocument.Node(hostname: local, guid: info.guid, version: info.version, role: .parent)
        node.program = "netdata"
        node.databaseMode = info.memoryMode
        var document = StatusDocument(at: now, node: node)
        let others = info.mirrored.filter { $0.guid != info.guid }.sorted {
            ($0.hostname, $0.guid) < ($1.hostname, $1.guid)
        }
        document.hosts =
            info.mirrored.filter { $0.guid == info.guid }.map { describe($0, isLocal: true, now) }
            + others.map { describe($0, isLocal: false, now) }
        document.alarms = alarms(of: document.hosts)
        return document
    }

    private func note(_ host: APIInfo.Mirrored, _ now: Double) {
        var known = known[host.guid] ?? Known()
        if known.reachable != host.reachable {
            // What was so before anybody looked has begun at an unknown time.
            known.since = known.reachable == nil ? nil : now
            known.reachable = host.reachable
        }
        self.known[host.guid] = known
    }

    private func look(at host: APIInfo.Mirrored, _ now: Double) {
        var known = known[host.guid] ?? Known()
        if now - known.askedAt >= Self.refreshSeconds {
            known.askedAt = now
            known.info = ask("/host/\(host.guid)/api/v1/info") { try APIInfo(json: $0) } ?? known.info
            let charts = ask("/host/\(host.guid)/api/v1/charts") { try APICharts(json: $0) }
            known.chart = charts.flatMap(Self.mostTelling) ?? known.chart
        } else if let chart = known.chart, host.reachable {
            let path = "/host/\(host.guid)/api/v1/chart?chart=\(PercentEncoding.encode(chart.id))"
            known.chart = ask(path) { try APICharts.Chart(json: $0) } ?? chart
        }
        self.known[host.guid] = known
    }

    /// Of a host that is away they stay as they are.
    private func lookAtAlarms(of host: APIInfo.Mirrored, _ now: Double) {
        var known = known[host.guid] ?? Known()
        guard now - known.alarmsAskedAt >= Self.alarmsRefreshSeconds else { return }
        known.alarmsAskedAt = now
        known.alarms = ask("/host/\(host.guid)/api/v1/alarms?active") { try APIAlarms(json: $0) } ?? known.alarms
        self.known[host.guid] = known
    }

    /// Of all hosts whose alarms are known; `nil` where health is off for all.
    private func alarms(of hosts: [StatusDocument.Host]) -> StatusDocument.Alarms? {
        let counted = hosts.compactMap(\.alarms)
        guard !counted.isEmpty else { return nil }
        var all = StatusDocument.Alarms(
            warning: counted.reduce(0) { $0 &+ $1.warning },
            critical: counted.reduce(0) { $0 &+ $1.critical },
            total: counted.reduce(0) { $0 &+ $1.total }
        )
        for host in hosts {
            for alarm in known[host.guid]?.alarms?.alarms.values ?? [:].values {
                all.raised.append(.init(alarm, host))
            }
        }
        all.raised.sort(by: StatusDocument.RaisedAlarm.isWorse)
        let left = all.raised.count - StatusLimits.raisedAlarms
        if left > 0 {
            all.raised.removeLast(left)
            all.dropped = ["raised": left]
        }
        return all
    }

    /// The chart that was collected last; of several the one that is collected most often.
    private static func mostTelling(_ charts: APICharts) -> APICharts.Chart? {
        charts.charts.values.max { one, other in
            if one.lastEntry != other.lastEntry { return one.lastEntry < other.lastEntry }
            if one.updateEvery != other.updateEvery { return one.updateEvery > other.updateEvery }
            return one.id > other.id
        }
    }

    private func describe(_ mirrored: APIInfo.Mirrored, isLocal: Bool, _ now: Double) -> StatusDocument.Host {
        let known = known[mirrored.guid] ?? Known()
        let lag = known.chart.map { max(0, now - $0.lastEntry) }
        var state = isLocal ? HostState.local : mirrored.reachable ? .live : .down
        if state == .live, let lag, let every = known.chart?.updateEvery, lag > Double(3 * max(every, 1)) + 2 {
            state = .stale
        }
        var host = StatusDocument.Host(guid: mirrored.guid, hostname: mirrored.hostname, state: state)
        host.sinceAt = known.since
        host.hops = mirrored.hops
        host.version = known.info?.version
        host.os = known.info?.os
        host.charts = known.info?.charts
        host.dimensions = known.info?.metrics
        host.databaseMode = known.info?.memoryMode
        host.lagSeconds = state == .down ? nil : lag
        host.lastDataAt = known.chart?.lastEntry
        host.updateEverySeconds = known.chart?.updateEvery
        if let alarms = known.alarms {
            // Of a host that left it is off until it is back.
            host.health = alarms.isOn ? "on" : state == .down ? "auto-off" : "off"
            let critical = alarms.alarms.values.count { $0.status == "CRITICAL" }
            let warning = alarms.alarms.values.count { $0.status == "WARNING" }
            let counts = known.info?.alarms
            let total = counts.map { $0.normal &+ $0.warning &+ $0.critical } ?? 0
            if host.health != "off" {
                host.alarms = .init(warning: warning, critical: critical, total: max(total, critical + warning))
            }
        }
        return host
    }

    private func ask<Value>(_ path: String, _ read: ([UInt8]) throws -> Value) -> Value? {
        guard let response = try? client.get(path), response.status == 200 else { return nil }
        return try? read(response.body)
    }
}

extension StatusDocument.RaisedAlarm {
    fileprivate init(_ alarm: APIAlarms.Alarm, _ host: StatusDocument.Host) {
        self.init(
            hostGUID: host.guid,
            hostname: host.hostname,
            chart: alarm.chart,
            name: alarm.name,
            status: alarm.status
        )
        sinceAt = alarm.lastStatusChange
        valueText = alarm.valueText
        info = alarm.info
        classification = alarm.classification
        recipient = alarm.recipient
        source = alarm.source
        silenced = alarm.isSilenced ?? false
        disabled = alarm.isDisabled ?? false
    }
}
