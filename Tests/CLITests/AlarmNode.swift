import Glibc
import Status
import System
import Testing

/// A parent that evaluates alarms, with a health.d and a handler that writes down how it was called.
final class AlarmNode {
    /// The node, or its successor after a crash.
    private(set) var node: LiveNode
    let directory: String
    private let netdata: String
    private let stream: String
    /// Whoever goes takes the directory along.
    private var before: [LiveNode] = []

    /// - Parameters:
    ///   - files: of health.d, by name.
    ///   - health, more: lines of `[health]`, and other sections.
    ///   - key: lines of the key's section.
    ///   - handler: what is run; the script of this class unless given.
    init(
        _ files: [String: String],
        health: String = "",
        more: String = "[db]\n    mode = ram\n",
        key: String = "",
        handler: String? = nil
    ) throws {
        var template = Array("/tmp/ndstream-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try Files.makeDirectories(directory + "/etc/health.d")
        try Files.makeDirectories(directory + "/calls")
        for (name, text) in files { try Files.write(Array(text.utf8), to: directory + "/etc/health.d/" + name) }
        // A call is there as a whole or not at all.
        let script = """
            #!/bin/sh
            printf '%s\\0' "$@" > "\(directory)/calls/.$3.$$" && mv "\(directory)/calls/.$3.$$" "\(directory)/calls/$3.$$"
            """
        try Files.create(Array(script.utf8), at: directory + "/handler", mode: 0o755)
        netdata = """
            [global]
                hostname = mon-1
            [web]
                bind to = 127.0.0.1:0
            [health]
                enable stock health configuration = no
                run at least every seconds = 1
                script to execute on alarm = \(handler ?? directory + "/handler")
            \(health)
            \(more)
            """
        stream = """
            [\(LiveNode.key)]
                enabled = yes
                default postpone alarms on connect seconds = 0
            \(key)
            """
        node = try LiveNode(netdata: netdata, stream: stream, directory: directory)
    }

    /// Another node with the same state, after this one has ended.
    func startAgain() throws {
        unlink(directory + "/state/run/parent.port")
        before.append(node)
        node = try LiveNode(netdata: netdata, stream: stream, directory: directory)
    }

    /// Writes netdata.conf anew, with other lines at its end: of a value that is there twice the last one counts.
    func configure(_ more: String) throws { try node.configure(netdata: netdata + "\n" + more, stream: stream) }

    /// Replaces a file of health.d, or takes it away.
    func write(_ text: String?, to name: String) throws {
        let path = directory + "/etc/health.d/" + name
        guard let text else {
            unlink(path)
            return
        }
        try Files.write(Array(text.utf8), to: path)
    }

    // MARK: What it says

    /// How the handler was called, in the order of the entries.
    var calls: [[String]] {
        let names = ((try? Files.names(in: directory + "/calls")) ?? []).filter { !$0.hasPrefix(".") }.sorted()
        return names.compactMap { name in
            guard let bytes = try? Files.read(directory + "/calls/" + name, limit: 1 << 20) else { return nil }
            return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The statuses that somebody was told of an alarm.
    func told(_ alarm: String) -> [String] { calls.filter { $0[6] == alarm }.map { $0[9] } }

    /// The body of an answer.
    func get(_ path: String, token: String? = nil) throws -> String {
        let client = try RawClient(port: try node.port())
        client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\(token.map { "X-Auth-Token: \($0)\r\n" } ?? "")\r\n")
        let answer = client.receiveAll()
        return answer.ranges(of: "\r\n\r\n").first.map { String(answer[$0.upperBound...]) } ?? answer
    }

    func get(_ path: String, of host: String) throws -> String { try get("/host/\(host)\(path)") }

    /// A management command.
    func manage(_ query: String) throws -> String {
        let key = node.text("state/lib/netdata.api.key").split(separator: "\n").first.map(String.init)
        return try get("/api/v1/manage/health?" + query, token: key)
    }

    /// An alarm of a host as /api/v1/alarms has it: the value of a key, as it is written there.
    func alarm(_ name: String, of host: String, _ key: String) throws -> String? {
        try field(key, in: try get("/api/v1/alarms?all", of: host), after: "\"\(name)\": {")
    }

    /// Waits for a status of an alarm while a child streams.
    func wait(
        for status: String,
        of name: String = "test.gauge.level",
        _ child: AlarmChild,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        try eventually("\(name) is \(status)", location) {
            child.breathe()
            return try alarm(name, of: child.hostname, "status") == "\"\(status)\""
        }
    }

    /// Waits while a child streams.
    func wait(
        _ what: String,
        _ child: AlarmChild,
        _ location: SourceLocation = #_sourceLocation,
        until holds: () throws -> Bool
    ) throws {
        try eventually("\(what); health.log:\n\(node.text("state/log/health.log"))", location) {
            child.breathe()
            return try holds()
        }
    }

    /// Entries of a host's log in which an alarm has a status: the values of some keys, newest entry first.
    func entries(of alarm: String, host: String, status: String, _ keys: String...) throws -> [[String]] {
        try get("/api/v1/alarm_log", of: host).split(separator: "{").map(String.init)
            .filter { $0.contains("\"name\": \"\(alarm)\"") && $0.contains("\"status\": \"\(status)\"") }
            .map { entry in try keys.map { try field($0, in: entry) ?? "" } }
    }

    private func field(_ key: String, in text: String, after start: String = "") throws -> String? {
        var rest = text[...]
        if !start.isEmpty {
            guard let begin = rest.ranges(of: start).first else { return nil }
            rest = rest[begin.upperBound...]
        }
        guard let found = rest.ranges(of: "\"\(key)\": ").first else { return nil }
        return rest[found.upperBound...].split(separator: "\n").first.map { line in
            String(line.hasSuffix(",") ? line.dropLast() : line)
        }
    }
}

/// A child with one chart whose value a test sets, streaming by hand at the pace of the clock.
final class AlarmChild {
    let client: RawClient
    let hostname: String
    /// Of the dimension `v`.
    var value: Int
    private let chart: String
    private var last: Int64 = 0

    static let guid = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"

    /// - Parameters:
    ///   - asked: the hostname as the request has it, where that is not how it is shown.
    ///   - chart, family: as they stand between quotes.
    ///   - labels: of the host.
    init(
        _ node: AlarmNode,
        _ hostname: String = "web-01",
        asked: String? = nil,
        guid: String = AlarmChild.guid,
        chart: String = "test.gauge",
        family: String = "fam",
        labels: [(String, String)] = [],
        chartLabels: [(String, String)] = [],
        value: Int
    ) throws {
        client = try RawClient(port: try node.node.port())
        (self.hostname, self.chart, self.value) = (hostname, chart, value)
        client.send(
            HandChild.request(asked ?? hostname, guid: guid, more: "&registry_hostname=\(asked ?? hostname)&ver=14328")
                .replacing("&ver=4&", with: "&")
        )
        let reply = client.receive()
        try #require(reply.hasPrefix("Hit me baby"), "\(reply)")
        let ofHost = labels.map { "LABEL \"\($0)\" = 1 \"\($1)\"\n" }.joined() + "OVERWRITE labels\n"
        let ofChart = chartLabels.map { "CLABEL \"\($0)\" \"\($1)\" 1\n" }.joined()
        client.send(
            ofHost
                + "CHART \"\(chart)\" \"\" \"Title\" \"things\" \"\(family)\" \"test.gauge\" line 1000 1 \"\" \"p\" \"m\"\n"
                + ofChart + (ofChart.isEmpty ? "" : "CLABEL_COMMIT\n") + "DIMENSION \"v\" \"\" absolute 1 1 \"\"\n"
        )
        breathe()
    }

    /// A collection, where a second has passed.
    func breathe() {
        let now = SystemClock().now()
        guard now - last >= 1_000_000 else { return }
        client.send("BEGIN \"\(chart)\" \(last == 0 ? 0 : now - last)\nSET \"v\" = \(value)\nEND\n")
        last = now
    }
}
