import Glibc
import Store

/// The node's own charts: what it costs and what it does (collectors §6, "netdata's own").
///
/// `netdata.memory` is ours; the original has no chart of its memory as a whole.
struct OwnCollector: CollectorModule {
    static let name = "netdata monitoring"
    private static let source = ChartSource(plugin: "netdata", module: "stats")

    private let figures: @Sendable () -> NodeFigures
    private let statm = ProcFile("/proc/self/statm", isOnePiece: true)
    private let heartbeat: Heartbeat
    private let page = Int64(getpagesize())
    private var startedAt: Int64?
    private var charts: [LiveChart] = .init(repeating: LiveChart(), count: Self.templates.count)
    private var exporting = ExportingCharts()

    init(heartbeat: Heartbeat, figures: @escaping @Sendable () -> NodeFigures) {
        self.heartbeat = heartbeat
        self.figures = figures
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        let figures = figures()
        let start = startedAt ?? tick.second
        startedAt = start
        var use = rusage()
        if getrusage(0, &use) == 0 {
            fill(0, microseconds(use.ru_utime), microseconds(use.ru_stime), &database, tick)
        }
        if let resident = residentBytes(tick) { fill(1, resident, nil, &database, tick) }
        fill(2, max(1, tick.second - start + Int64(tick.updateEvery)), nil, &database, tick)
        fill(3, figures.clients, nil, &database, tick)
        fill(4, figures.requests, nil, &database, tick)
        fill(5, figures.bytesReceived, figures.bytesSent, &database, tick)
        fill(6, figures.responseAverage ?? 0, figures.responseMaximum ?? -1, &database, tick)
        fill(7, figures.compressionSavings, nil, &database, tick)
        // Of the original's sources of queries the web API is the one there is.
        fillQueries(8, figures.dataQueries, &database, tick)
        fillQueries(9, figures.pointsRead, &database, tick)
        fill(10, figures.pointsStored, nil, &database, tick)
        exporting.collect(figures.exporters, time: figures.exportingTime, into: &database, at: tick)
        guard let jitter = heartbeat.take() else { return true }
        charts[11].begin(&database, tick, Self.source, Self.templates[11])
        database.set(0, jitter.least)
        database.set(1, jitter.most)
        database.set(2, jitter.sum / jitter.count)
        database.end(now: tick.now)
        return true
    }

    private mutating func fill(
        _ index: Int,
        _ first: Int64,
        _ second: Int64?,
        _ database: inout HostDatabase,
        _ tick: Tick
    ) {
        charts[index].begin(&database, tick, Self.source, Self.templates[index])
        database.set(0, first)
        if let second { database.set(1, second) }
        database.end(now: tick.now)
    }

    private mutating func fillQueries(_ index: Int, _ data: Int64, _ database: inout HostDatabase, _ tick: Tick) {
        charts[index].begin(&database, tick, Self.source, Self.templates[index])
        database.set(0, data)
        for dimension in 1..<Int32(Self.querySources.count) { database.set(dimension, 0) }
        database.end(now: tick.now)
    }

    private func microseconds(_ time: timeval) -> Int64 { Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_usec) }

    private func residentBytes(_ tick: Tick) -> Int64? {
        guard let bytes = statm.read(into: tick.buffer) else { return nil }
        var cursor = ByteCursor(bytes)
        cursor.skipWords(1)
        return cursor.number() &* page
    }
}

extension OwnCollector {
    private static let querySources = [
        "/api/v1/data", "/api/v1/weights", "/api/v1/badge", "health", "ml", "exporters", "backfill", "replication",
    ]

    private static let templates: [ChartTemplate] = [
        .init(
            "netdata.server_cpu",
            "Netdata CPU usage",
            "milliseconds/s",
            family: "netdata",
            130_000,
            type: .stacked,
            [.incremental("user", 1, 1000), .incremental("system", 1, 1000)]
        ),
        .init(
            "netdata.memory",
            "Netdata memory usage",
            "MiB",
            family: "netdata",
            130_050,
            type: .area,
            [.absolute("resident", 1, 1 << 20)]
        ),
        .init("netdata.uptime", "Netdata uptime", "seconds", family: "netdata", 130_100, [.absolute("uptime")]),
        .init(
            "netdata.clients",
            "Netdata Web Clients",
            "connected clients",
            family: "api",
            130_200,
            [.absolute("clients")]
        ),
        .init(
            "netdata.requests",
            "Netdata Web Requests",
            "requests/s",
            family: "api",
            130_300,
            [.incremental("requests")]
        ),
        .init(
            "netdata.net",
            "Netdata Network Traffic",
            "kilobits/s",
            family: "api",
            130_400,
            type: .area,
            [.incremental("in", 8, 1000), .incremental("out", -8, 1000)]
        ),
        .init(
            "netdata.response_time",
            "Netdata API Response Time",
            "milliseconds/request",
            family: "api",
            130_500,
            [.absolute("average", 1, 1000), .absolute("max", 1, 1000)]
        ),
        .init(
            "netdata.compression_ratio",
            "Netdata API Responses Compression Savings Ratio",
            "percentage",
            family: "api",
            130_600,
            [.absolute("savings", 1, 1000)]
        ),
        .init(
            "netdata.queries",
            "Netdata DB Queries",
            "queries/s",
            family: "queries",
            131_000,
            type: .stacked,
            querySources.map { .incremental($0) }
        ),
        .init(
            "netdata.db_points_read",
            "Netdata DB Points Query Read",
            "points/s",
            family: "queries",
            131_001,
            type: .stacked,
            querySources.map { .incremental($0) }
        ),
        .init(
            "netdata.db_points_stored",
            "Netdata DB Points Stored",
            "points/s",
            family: "queries",
            131_003,
            type: .stacked,
            [.incremental("tier0")]
        ),
        .init(
            "netdata.heartbeat",
            "System clock jitter",
            "microseconds",
            family: "heartbeat",
            900_000,
            type: .area,
            [.absolute("min"), .absolute("max"), .absolute("average")]
        ),
    ]
}

/// How late the rounds of collecting started.
typealias Heartbeat = IdleJitter
