import Basics
import Diagnostics
import Status
import Store
import Wire

// What a host's file says of who the host is and of its connections.

extension HostIdentity {
    func put(_ put: (String, String) -> Void) {
        put("hostname", hostname)
        put("registry_hostname", registryHostname)
        if let formerHostname { put("former_hostname", formerHostname) }
        put("os", os)
        put("timezone", timezone)
        put("abbrev_timezone", abbreviatedTimezone)
        put("utc_offset", String(utcOffset))
        put("tags", tags)
        put("program", programName)
        put("version", programVersion)
        for (name, value) in systemInformation { put("system", name + "=" + value) }
    }

    init(_ values: HostRecordValues, hostname: String) {
        let information = values.all("system").prefix(StreamRequest.unusedLimit * 2).compactMap { pair in
            pair.firstIndex(of: "=").map { (name: String(pair[..<$0]), value: String(pair[pair.index(after: $0)...])) }
        }
        self.init(
            hostname: hostname,
            registryHostname: values["registry_hostname"],
            os: values["os"] ?? "unknown",
            timezone: values["timezone"] ?? "unknown",
            abbreviatedTimezone: values["abbrev_timezone"] ?? "UTC",
            utcOffset: Int(clamping: values.number("utc_offset") ?? 0),
            tags: values["tags"] ?? "",
            programName: values["program"] ?? "",
            programVersion: values["version"] ?? "",
            hops: Int(clamping: values.number("hops") ?? 1),
            systemInformation: information
        )
        formerHostname = values["former_hostname"]
    }
}

extension HostFacts {
    /// Whether a disconnect must be told of that this node did not live to see.
    private static let connected = "connected"

    func put(_ put: (String, String) -> Void) {
        func number(_ name: String, _ value: (some BinaryInteger)?) { if let value { put(name, String(value)) } }
        let kept = kept
        number("first_seen", kept.firstSeen)
        number("last_data", kept.lastData)
        number("connects", kept.connects)
        number("disconnects", kept.disconnects)
        if state.isConnected { put(Self.connected, "yes") }
        if let last = kept.lastDisconnect {
            put("last_disconnect", "\(Int64(clampingSeconds: last.at)) \(last.code) \(last.text)")
        }
        if let departure = kept.departure { put("departure", departure.rawValue) }
        if let address { put("address", address) }
        number("port", port)
        if let via { put("via", via.description) }
        if let health { put("health", health) }
        if let ephemeral { put("ephemeral", ephemeral ? "yes" : "no") }
        if let hostnameBefore { put("hostname_before", hostnameBefore) }
        for gap in kept.gaps {
            let times = "\(Int64(clampingSeconds: gap.fromAt)) \(Int64(clampingSeconds: gap.toAt))"
            put("gap", "\(times) \(gap.filled ? "filled" : "open") \(gap.code ?? "-") \(gap.cause)")
        }
        number("gaps_dropped", kept.gapsDropped)
    }

    mutating func restore(_ values: HostRecordValues, lastAlive: Int64?, at: Int64, monotonic: Int64) {
        var kept = KeptHostFacts(firstSeen: min(values.number("first_seen") ?? at, at))
        kept.lastData = values.number("last_data")
        kept.connects = Int(clamping: values.number("connects") ?? 0)
        kept.disconnects = Int(clamping: values.number("disconnects") ?? 0)
        kept.departure = values["departure"].flatMap(Departure.init(rawValue:))
        kept.lastDisconnect = values["last_disconnect"].flatMap { StatusDocument.Disconnect(record: $0) }
        kept.gaps = values.all("gap").suffix(StatusLimits.gaps).compactMap { StatusDocument.Gap(record: $0) }
        kept.gapsDropped = Int(clamping: values.number("gaps_dropped") ?? 0)
        if values[Self.connected] != nil {
            kept.disconnects &+= 1
            kept.departure = .closed
            if let lastAlive, let lastData = kept.lastData {
                let alive = lastAlive.multipliedReportingOverflow(by: microsecondsPerSecond)
                kept.lastData = max(lastData, alive.overflow ? lastData : min(alive.partialValue, at))
            }
            kept.lastDisconnect = StatusDocument.Disconnect(
                at: Double(max(kept.lastData ?? 0, values.number("saved") ?? at)) / Double(microsecondsPerSecond),
                code: Condition.parentEnded.code,
                text: Condition.parentEnded.render(["host": values["hostname"] ?? ""])
            )
        }
        restore(kept, at: at, monotonic: monotonic)
        address = values["address"]
        port = values.number("port").map { Int(clamping: $0) }
        hops = values.number("hops").map { Int(clamping: $0) }
        via = values["via"].flatMap { GUID($0) }
        health = values["health"] == "auto-on" ? "auto-off" : values["health"]
        ephemeral = values["ephemeral"].map { $0 == "yes" }
        hostnameBefore = values["hostname_before"]
    }
}

extension StatusDocument.Disconnect {
    fileprivate init?(record: String) {
        let words = record.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, let at = Int64(words[0]) else { return nil }
        self.init(at: Double(at) / Double(microsecondsPerSecond), code: String(words[1]), text: String(words[2]))
    }
}

extension StatusDocument.Gap {
    fileprivate init?(record: String) {
        let words = record.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
        guard words.count == 5, let from = Int64(words[0]), let to = Int64(words[1]) else { return nil }
        self.init(
            fromAt: Double(from) / Double(microsecondsPerSecond),
            toAt: Double(to) / Double(microsecondsPerSecond),
            cause: String(words[4]),
            code: words[3] == "-" ? nil : String(words[3]),
            filled: words[2] == "filled"
        )
    }
}

extension Int64 {
    /// Microseconds; what is no time at all becomes 0.
    fileprivate init(clampingSeconds seconds: Double) {
        self = Int64(exactly: (seconds * Double(microsecondsPerSecond)).rounded()) ?? 0
    }
}
