import Basics
import Config
import Status
import Store
import Synchronization
import Transport

/// `/api/v1/info` (web API §8.1).
enum InfoEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let facts = request.context.facts()
        let identity = request.host.identity.withLock { $0 }
        let hosts = request.context.hosts.all()
        let charts = request.host.take { $0.snapshot(of: $1) }
        let dimensionCount = charts.reduce(0) { $0 + $1.dimensions.count }
        var info = InfoObject()
        info.text("version", ChartsEndpoint.version(of: request.host, request))
        info.text("ndstream-version", "v\(facts.version)")
        info.text("uid", request.host.guid.description)
        info.list("mirrored_hosts", hosts.map(\.hostname)) { $0.append(quoted: $1) }
        info.list("mirrored_hosts_status", hosts) { print($1, to: &$0, isLocal: $1 === hosts[0]) }
        let tally = request.host.alarms?.alarmTally ?? AlarmTally()
        info.numbers(
            "alarms",
            [("normal", tally.normal), ("warning", tally.warning), ("critical", tally.critical)]
        )
        printSystem(identity, to: &info)
        info.texts("host_labels", identity.labels.map { ($0.key, $0.value) })
        info.raw("functions", "{\n\n\t}")
        info.list("collectors", collectors(of: charts)) { body, collector in
            body.append("{\n\t\t\t\"plugin\": ")
            body.append(quoted: collector.plugin)
            body.append(",\n\t\t\t\"module\": ")
            body.append(quoted: collector.module)
            body.append("\n\t\t}")
        }
        for name in ["cloud-enabled", "cloud-available", "agent-claimed", "aclk-available"] { info.flag(name, false) }
        info.text("memory-mode", request.host.settings.mode.rawValue)
        info.number("multidb-disk-quota", facts.settings.number("db", "dbengine multihost disk space MB") ?? 256)
        info.number("page-cache-size", facts.settings.number("db", "dbengine page cache size MB") ?? 32)
        info.flag("stream-enabled", facts.isStreaming)
        info.text("stream-compression", facts.streamCompression.rawValue)
        info.number("hosts-available", hosts.count)
        info.flag("https-enabled", facts.features.contains("Native HTTPS"))
        info.text("buildinfo", facts.features.joined(separator: "|"))
        info.text("release-channel", "stable")
        info.flag("web-enabled", facts.isWebEnabled)
        info.text("notification-methods", facts.notificationMethods)
        info.flag("exporting-enabled", facts.isExporting)
        info.text("exporting-connectors", facts.exportingConnectors.joined(separator: "|"))
        let usage = request.context.usage
        info.number("allmetrics-prometheus-used", usage.prometheus.load(ordering: .relaxed))
        info.number("allmetrics-shell-used", usage.shell.load(ordering: .relaxed))
        info.number("allmetrics-json-used", usage.json.load(ordering: .relaxed))
        info.number("dashboard-used", usage.dashboard.load(ordering: .relaxed))
        info.number("charts-count", charts.count)
        info.number("metrics-count", dimensionCount)
        return HTTPResponse(contentType: ContentType.json, body: info.finished())
    }

    private static func print(_ host: Host, to body: inout [UInt8], isLocal: Bool) {
        let (hostname, hops) = host.identity.withLock { ($0.hostname, $0.hops) }
        let isReachable = isLocal || host.status.withLock { $0.state.isConnected }
        body.append("{ \"guid\": ")
        body.append(quoted: host.guid.description)
        body.append(", \"hostname\": ")
        body.append(quoted: hostname)
        body.append(", \"reachable\": ")
        body.append(isReachable ? "true" : "false")
        body.append(", \"hops\": ")
        body.append(number: hops)
        body.append(", \"claim_id\": null, \"node_id\": null }")
    }

    /// What is known of the machine. Some members are always there, some only where they were told.
    private static func printSystem(_ identity: HostIdentity, to info: inout InfoObject) {
        let known = Dictionary(identity.systemInformation.map { ($0.name, $0.value) }) { first, _ in first }
        for (name, source, isOptional) in systemMembers {
            let value = known[source] ?? known["NETDATA_SYSTEM" + source.dropFirst(12)]
            if value == nil, isOptional { continue }
            info.text(name, value ?? "")
        }
    }

    private static let systemMembers: [(name: String, source: String, isOptional: Bool)] = [
        ("os_name", "NETDATA_HOST_OS_NAME", false), ("os_id", "NETDATA_HOST_OS_ID", false),
        ("os_id_like", "NETDATA_HOST_OS_ID_LIKE", false), ("os_version", "NETDATA_HOST_OS_VERSION", false),
        ("os_version_id", "NETDATA_HOST_OS_VERSION_ID", false), ("os_detection", "NETDATA_HOST_OS_DETECTION", false),
        ("cores_total", "NETDATA_SYSTEM_CPU_LOGICAL_CPU_COUNT", false),
        ("total_disk_space", "NETDATA_SYSTEM_TOTAL_DISK_SIZE", false),
        ("cpu_freq", "NETDATA_SYSTEM_CPU_FREQ", false), ("ram_total", "NETDATA_SYSTEM_TOTAL_RAM", false),
        ("container_os_name", "NETDATA_CONTAINER_OS_NAME", true), ("container_os_id", "NETDATA_CONTAINER_OS_ID", true),
        ("container_os_id_like", "NETDATA_CONTAINER_OS_ID_LIKE", true),
        ("container_os_version", "NETDATA_CONTAINER_OS_VERSION", true),
        ("container_os_version_id", "NETDATA_CONTAINER_OS_VERSION_ID", true),
        ("container_os_detection", "NETDATA_CONTAINER_OS_DETECTION", true),
        ("is_k8s_node", "NETDATA_HOST_IS_K8S_NODE", true), ("kernel_name", "NETDATA_SYSTEM_KERNEL_NAME", false),
        ("kernel_version", "NETDATA_SYSTEM_KERNEL_VERSION", false),
        ("architecture", "NETDATA_SYSTEM_ARCHITECTURE", false),
        ("virtualization", "NETDATA_SYSTEM_VIRTUALIZATION", false),
        ("virt_detection", "NETDATA_SYSTEM_VIRT_DETECTION", false),
        ("container", "NETDATA_SYSTEM_CONTAINER", false),
        ("container_detection", "NETDATA_SYSTEM_CONTAINER_DETECTION", false),
        ("cloud_provider_type", "NETDATA_INSTANCE_CLOUD_TYPE", true),
        ("cloud_instance_type", "NETDATA_INSTANCE_CLOUD_INSTANCE_TYPE", true),
        ("cloud_instance_region", "NETDATA_INSTANCE_CLOUD_INSTANCE_REGION", true),
    ]

    private struct Collector: Hashable {
        var plugin: String
        var module: String
    }

    private static func collectors(of charts: [ChartSnapshot]) -> [Collector] {
        var seen: Set<Collector> = []
        return charts.map { Collector(plugin: $0.definition.plugin, module: $0.definition.module) }
            .filter { seen.insert($0).inserted }
    }
}

/// One object with a member a line.
private struct InfoObject {
    private var body: [UInt8] = []

    private mutating func member(_ name: String) {
        body.append(body.isEmpty ? "{\n\t" : ",\n\t")
        body.append(quoted: name)
        body.append(": ")
    }

    mutating func text(_ name: String, _ value: String) {
        member(name)
        body.append(quoted: value)
    }

    mutating func number(_ name: String, _ value: Int) {
        member(name)
        body.append(number: value)
    }

    mutating func flag(_ name: String, _ value: Bool) {
        member(name)
        body.append(value ? "true" : "false")
    }

    mutating func raw(_ name: String, _ json: StaticString) {
        member(name)
        body.append(json)
    }

    mutating func list<Element>(_ name: String, _ elements: [Element], _ print: (inout [UInt8], Element) -> Void) {
        member(name)
        body.append("[")
        for (index, element) in elements.enumerated() {
            body.append(index == 0 ? "\n\t\t" : ",\n\t\t")
            print(&body, element)
        }
        body.append("\n\t]")
    }

    mutating func numbers(_ name: String, _ pairs: [(String, Int)]) {
        member(name)
        body.append("{")
        for (index, pair) in pairs.enumerated() {
            body.append(index == 0 ? "\n\t\t" : ",\n\t\t")
            body.append(quoted: pair.0)
            body.append(": ")
            body.append(number: pair.1)
        }
        body.append("\n\t}")
    }

    mutating func texts(_ name: String, _ pairs: [(String, String)]) {
        member(name)
        body.append("{")
        for (index, pair) in pairs.enumerated() {
            body.append(index == 0 ? "\n\t\t" : ",\n\t\t")
            body.append(quoted: pair.0)
            body.append(":")
            body.append(quoted: pair.1)
        }
        body.append("\n\t}")
    }

    mutating func finished() -> [UInt8] {
        body.append("\n}")
        return body
    }
}
