import Glibc
import Status
import System
import Testing

/// A node with an exporting.conf, from its file to the bytes that leave it.
@Suite struct ExportingNodeTests {
    @Test func aNodeExports() throws {
        var template = Array("/tmp/ndstream-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try Files.makeDirectories(directory + "/etc")
        let sink = try TinyServer(directory + "/sink") { _ in [] }
        defer { sink.stop() }
        func configure(_ enabled: String) throws {
            let text = """
                [exporting:global]
                    enabled = \(enabled)
                [opentsdb:it]
                    enabled = yes
                    destination = unix:\(directory)/sink
                    data source = as collected
                    update every = 1
                """
            try Files.write(Array(text.utf8), to: directory + "/etc/exporting.conf")
        }
        try configure("yes")
        let node = try LiveNode(
            "agent",
            netdata: "[global]\n    hostname = me\n[db]\n    mode = none\n[web]\n    mode = none\n",
            directory: directory
        )
        // It collects figures of its own.
        try eventually("lines") { sink.requests.contains { $0.hasPrefix("put netdata.netdata.") } }
        let line = try #require(sink.requests.first { $0.contains(" host=me") }?.split(separator: "\n").first)
        #expect(line.split(separator: " ").count >= 5)
        try eventually("it is counted") { (try statusDocument(node).exporters?.first?.sent ?? 0) > 0 }
        let shown = try #require(try statusDocument(node).exporters?.first)
        #expect(shown.name == "it" && shown.type == "opentsdb" && shown.destination == "unix:\(directory)/sink")
        try configure("no")
        node.signal(SIGHUP)
        try eventually("it has ended") { try statusDocument(node).exporters == nil }
        node.signal(SIGTERM)
        #expect(try node.end() == 0)
    }

    static let stock = root + "/.build/netdata/usr/lib/netdata/conf.d/health.d/exporting.conf"

    /// What a node says of its connectors to others: charts, alarms, /api/v1/info.
    @Test(.enabled(if: Files.exists(ExportingNodeTests.stock))) func theStockAlarmsWatchIt() throws {
        let directory = try TemporaryDirectory()
        let sink = try TinyServer(directory.path + "/sink") { _ in page("200 OK", "fine") }
        defer { sink.stop() }
        let alarms = String(decoding: try Files.read(Self.stock, limit: 1 << 20), as: UTF8.self)
        let node = try AlarmNode(["exporting.conf": alarms])
        try Files.write(
            Array(
                """
                [exporting:global]
                    enabled = yes
                    update every = 1
                [json:http:it]
                    enabled = yes
                    destination = unix:\(directory.path)/sink
                    send charts matching = netdata.uptime
                [graphite:away]
                    enabled = yes
                    destination = unix:\(directory.path)/nobody
                    send charts matching = netdata.uptime
                """.utf8
            ),
            to: node.directory + "/etc/exporting.conf"
        )
        node.node.signal(SIGHUP)
        try eventually("requests") {
            sink.requests.contains { $0.hasPrefix("POST /api/put HTTP/1.1\r\nHost: localhost\r\n") }
        }
        let port = try node.node.port()
        func get(_ path: String) throws -> String { try RawClient(port: port).get("/api/v1/" + path) }
        try eventually("charts") {
            let charts = try get("charts")
            return ["it", "away"].allSatisfy { name in
                ["metrics", "bytes", "ops", "thread_cpu"].allSatisfy {
                    charts.contains("\"netdata.exporting_\(name)_\($0)\"")
                }
            }
        }
        try eventually("alarms") {
            let alarms = try get("alarms?all")
            return ["it", "away"].allSatisfy { name in
                ["exporting_last_buffering", "exporting_metrics_sent"].allSatisfy {
                    alarms.contains("\"netdata.exporting_\(name)_bytes.\($0)\"")
                }
            }
        }
        try eventually("one sends all it has, and one nothing") {
            let alarms = try get("alarms?all")
            // Each piece is what stands behind one alarm's name, up to the next one's chart.
            let parts = alarms.split(separator: "_bytes.exporting_")
            func isClear(_ name: String) -> Bool {
                zip(parts, parts.dropFirst()).contains { chart, alarm in
                    chart.hasSuffix("\"netdata.exporting_\(name)") && alarm.hasPrefix("metrics_sent\"")
                        && alarm.contains("\"status\": \"CLEAR\"")
                }
            }
            return isClear("it") && !isClear("away")
        }
        let info = try get("info")
        #expect(info.contains("\"exporting-enabled\": true"), "\(info)")
        let shown = try #require(try statusDocument(node.node).exporters)
        #expect(shown.map(\.name) == ["it", "away"] && shown[1].lastError?.isEmpty == false)
        #expect(shown[0].lastError == nil)
    }

    /// What waits when a node ends is sent by the next one.
    @Test func whatIsSpilledOutlivesTheNode() throws {
        let directory = try TemporaryDirectory()
        try Files.makeDirectories(directory.path + "/etc")
        let text = """
            [exporting:global]
                enabled = yes
            [json:http:it]
                enabled = yes
                destination = unix:\(directory.path)/sink
                data source = as collected
                update every = 1
                buffer on failures = 2
                spill to disk = yes
                send charts matching = netdata.uptime
            """
        try Files.write(Array(text.utf8), to: directory.path + "/etc/exporting.conf")
        let netdata = "[global]\n    hostname = me\n[db]\n    mode = none\n[web]\n    mode = none\n"
        let first = try LiveNode("agent", netdata: netdata, directory: directory.path)
        try first.waitForLog("instance 'it'")
        try eventually("some wait") { (try statusDocument(first).exporters?.first?.buffered ?? 0) >= 4 }
        first.signal(SIGTERM)
        #expect(try first.end() == 0)
        // It would take the directory along.
        defer { withExtendedLifetime(first) {} }
        let files = try Files.names(in: directory.path + "/state/cache/exporting/it")
        #expect(files.count >= 4 && files.allSatisfy { $0.hasSuffix(".batch") })
        let sink = try TinyServer(directory.path + "/sink") { _ in page("200 OK", "fine") }
        defer { sink.stop() }
        let second = try LiveNode("agent", netdata: netdata, directory: directory.path)
        try eventually("they come") { sink.requests.count >= files.count }
        try eventually("no file is left") {
            try Files.names(in: directory.path + "/state/cache/exporting/it").isEmpty
        }
        let times = sink.requests.compactMap { $0.split(separator: "\"timestamp\":").last?.prefix { $0.isNumber } }
        #expect(times.count >= files.count && times == times.sorted(), "oldest first: \(times)")
        second.signal(SIGTERM)
        #expect(try second.end() == 0)
    }
}
