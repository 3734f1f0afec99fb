import Basics
import Diagnostics
import Store
import Transport

/// `/api/v1/dbengine_stats`: what the disk engine keeps, tier by tier (web API §4).
enum EngineEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let hosts = request.context.hosts
        guard let tiers = hosts.disk?.tierStatistics else { return .text(404, Condition.engineNotEnabled.text) }
        let kept = hosts.all().filter { $0.settings.mode == .dbengine }.map(KeptPoints.init)
        let sum = kept.reduce(KeptPoints()) { $0 + $1 }
        let body = EngineStatistics.json(tiers, sum, updateEvery: hosts.local.settings.updateEvery)
        return HTTPResponse(contentType: ContentType.json, body: body)
    }
}

/// What hosts in mode dbengine have.
struct KeptPoints: Sendable, Equatable {
    /// Dimensions.
    var metrics = 0
    /// Of those, how many are collected now.
    var collected = 0
    /// Points of full resolution.
    var points = 0
    /// Seconds that they are of.
    var seconds: Int64 = 0

    static func + (one: KeptPoints, other: KeptPoints) -> KeptPoints {
        KeptPoints(
            metrics: one.metrics + other.metrics,
            collected: one.collected + other.collected,
            points: one.points + other.points,
            seconds: one.seconds + other.seconds
        )
    }
}

extension KeptPoints {
    init(_ host: Host) {
        let isAlive = host.isCollecting
        for chart in host.take({ $0.snapshot(of: $1) }) {
            let width = chart.dimensions.count
            metrics += width
            if isAlive, chart.collections > 0, !chart.definition.options.contains(.obsolete) { collected += width }
            points += chart.retention.points * width
            seconds += Int64(chart.retention.points) * chart.retention.updateEvery * Int64(width)
        }
    }
}

/// The members of 1.37.1. Where it tells of its own structures in memory, which are others here, the number is 0.
enum EngineStatistics {
    /// - Parameter updateEvery: seconds.
    static func json(_ tiers: [TierStatistics], _ kept: KeptPoints, updateEvery: Int) -> [UInt8] {
        var body: [UInt8] = []
        body.append("{")
        for (number, tier) in tiers.enumerated() {
            body.append(text: number == 0 ? "\n\t\"tier0\": {" : ",\n\t\"tier\(number)\": {")
            for (index, member) in members(tier, number, kept, updateEvery).enumerated() {
                body.append(text: "\(index == 0 ? "" : ",")\n\t\t\"\(member.name)\":\(member.value)")
            }
            body.append("\n\t}")
        }
        body.append("\n}")
        return body
    }

    private static func members(
        _ tier: TierStatistics,
        _ number: Int,
        _ kept: KeptPoints,
        _ updateEvery: Int
    ) -> [(name: String, value: String)] {
        let stored = tier.stored
        let points = kept.points / tier.factor
        // A code of full resolution; sum, least, greatest and count of the others.
        let pointBytes = number == 0 ? 4 : 16
        let compressed = max(0, stored.bytes - stored.overheadBytes - stored.otherBytes)
        let plain = points * pointBytes
        let seconds = kept.seconds
        let first = stored.span?.first ?? 0
        let last = stored.span?.last ?? 0
        func share(_ part: Double, of whole: Double) -> String {
            var text: [UInt8] = []
            text.append(fixed: whole == 0 ? 0 : part / whole, decimals: 2)
            return String(decoding: text, as: UTF8.self)
        }
        let saved = plain == 0 ? 0 : 100 - min(100, 100 * Double(compressed) / Double(plain))
        return [
            ("default_granularity_secs", "\(updateEvery * tier.factor)"),
            // Structures of the original.
            ("sizeof_metric", "0"), ("sizeof_metric_in_index", "0"), ("sizeof_page", "0"),
            ("sizeof_page_in_index", "0"), ("sizeof_extent", "0"), ("sizeof_page_in_extent", "0"),
            ("sizeof_datafile", "0"), ("sizeof_page_in_cache", "0"), ("sizeof_point_data", "\(pointBytes)"),
            // A block has as many rows as compress well together, of all dimensions of its chart.
            ("sizeof_page_data", "0"), ("pages_per_extent", "0"),
            ("datafiles", "\(stored.segments)"), ("extents", "\(stored.blocks)"), ("extents_pages", "\(stored.blocks)"),
            ("points", "\(points)"), ("metrics", "\(kept.metrics)"), ("metrics_pages", "\(stored.blocks)"),
            ("extents_compressed_bytes", "\(compressed)"), ("pages_uncompressed_bytes", "\(plain)"),
            ("pages_duration_secs", "\(seconds)"), ("single_point_pages", "0"),
            ("first_t", "\(first)"), ("last_t", "\(last)"), ("database_retention_secs", "\(last - first)"),
            ("average_compression_savings", share(saved, of: 1)),
            ("average_point_duration_secs", share(Double(seconds), of: Double(points))),
            ("average_metric_retention_secs", share(Double(seconds), of: Double(kept.metrics))),
            // Nobody looks at how many metrics came and went.
            ("ephemeral_metrics_per_day_percent", share(0, of: 1)),
            ("average_page_size_bytes", share(Double(compressed), of: Double(stored.blocks))),
            ("estimated_concurrently_collected_metrics", "\(kept.collected)"),
            ("currently_collected_metrics", "\(kept.collected)"),
            ("max_concurrently_collected_metrics", "\(kept.collected)"),
            ("disk_space", "\(stored.bytes)"), ("max_disk_space", "\(tier.quota)"),
        ]
    }
}
