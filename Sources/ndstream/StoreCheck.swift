import Basics
import Health
import Store
import System

/// What `--check` says of the database's files. They are only read, so a node may be running on them.
struct StoreCheck {
    private var reports: [SegmentReport] = []
    private var failures: [SystemError] = []

    /// - Parameter cache: the node's cache directory.
    init(cache: String) {
        let names = ["dbengine", "dbengine-tier1", "dbengine-tier2", "dbengine-tier3", "dbengine-tier4", "map", "save"]
        for directory in names.map({ cache + "/" + $0 }) where Files.isDirectory(directory) {
            do throws(SystemError) {
                reports.append(try SegmentVerifier(directory).verify())
            } catch {
                failures.append(error)
            }
        }
    }

    /// Whether anything cannot be read or is not as it was written.
    var isDamaged: Bool { !failures.isEmpty || reports.contains { $0.isDamaged } }

    /// The hosts that have something there, with their charts.
    ///
    /// - Parameter own: what the node itself is called, whose operating system is known.
    func knownHosts(own: String) -> [KnownHost] {
        var names: [GUID: String] = [:]
        var charts: [GUID: [String: SeriesDefinition]] = [:]
        for host in reports.flatMap(\.hosts) {
            if !host.hostname.isEmpty { names[host.guid] = host.hostname }
            for series in host.charts { charts[host.guid, default: [:]][series.chart.id] = series }
        }
        // What is in no segment yet.
        for chart in reports.flatMap({ JournaledCharts(in: $0.directory).charts }) {
            if !chart.hostname.isEmpty { names[chart.host] = chart.hostname }
            charts[chart.host, default: [:]][chart.definition.chart.id] = chart.definition
        }
        return charts.keys.sorted().map { guid in
            let hostname = names[guid] ?? ""
            return KnownHost(
                hostname: hostname,
                os: hostname == own ? "linux" : nil,
                charts: charts[guid]!.values.sorted { $0.chart.id < $1.chart.id }
            )
        }
    }

    var text: String {
        var text = reports.map { "\n" + $0.text }.joined()
        for failure in failures { text += "\ncannot read \(failure.subject): \(failure.reason)\n" }
        return text
    }

    func write(to json: inout JSONWriter) {
        json.key("stores")
        json.array(reports) { $1.write(to: &$0) }
        json.member("unreadable", failures.map(\.description))
    }
}
