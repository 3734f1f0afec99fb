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
    }

    private static let refreshSeconds = 60.0
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
        return host
    }

    private func ask<Value>(_ path: String, _ read: ([UInt8]) throws -> Value) -> Value? {
        guard let response = try? client.get(path), response.status == 200 else { return nil }
        return try? read(response.body)
    }
}
