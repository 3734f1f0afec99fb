import Basics

/// How often handlers may be started: so often at once, and so often a second after that. For each host and over all, so
/// that neither one flapping child nor all together can keep a machine busy with forking. Pure.
struct NotificationRate {
    /// Hosts that are counted apart; what comes beyond shares one count.
    static let hostsLimit = 4096

    private let overall: Notifier.Rate
    private let perHost: Notifier.Rate
    private var all: Bucket
    private var hosts: [String: Bucket] = [:]

    /// What may still come at once; fills up again with time.
    private struct Bucket {
        var tokens: Double
        var at: Int64 = .min

        mutating func fill(_ rate: Notifier.Rate, now: Int64) {
            let seconds = at == .min ? 0 : Double(max(0, now - at)) / Double(microsecondsPerSecond)
            tokens = min(Double(rate.atOnce), tokens + seconds * rate.perSecond)
            at = max(at, now)
        }
    }

    init(overall: Notifier.Rate, perHost: Notifier.Rate) {
        self.overall = overall
        self.perHost = perHost
        all = Bucket(tokens: Double(overall.atOnce))
    }

    /// Whether one more may be started; counts it if so.
    /// - Parameter now: microseconds of a clock that is never set.
    mutating func admits(host: String, now: Int64) -> Bool {
        all.fill(overall, now: now)
        let key = key(host, now: now)
        var bucket = hosts[key] ?? Bucket(tokens: Double(perHost.atOnce))
        bucket.fill(perHost, now: now)
        defer { hosts[key] = bucket }
        guard all.tokens >= 1, bucket.tokens >= 1 else { return false }
        all.tokens -= 1
        bucket.tokens -= 1
        return true
    }

    private mutating func key(_ host: String, now: Int64) -> String {
        guard hosts[host] == nil, hosts.count >= Self.hostsLimit else { return host }
        // Those that have been quiet for so long that they are full again say nothing.
        let refill = Double(perHost.atOnce) / perHost.perSecond * Double(microsecondsPerSecond)
        hosts = hosts.filter { Double(now - $0.value.at) < refill }
        return hosts.count < Self.hostsLimit ? host : ""
    }
}
