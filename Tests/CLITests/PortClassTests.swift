import Glibc
import System
import Testing

/// One port for each class, of a whole node: what is answered at which (web API §1, "ACL"), and that all of it is described.
@Suite(.serialized, .timeLimit(.minutes(10))) struct PortClassTests {
    private static let classes = ["dashboard", "registry", "badges", "management", "streaming", "netdata.conf"]

    /// A request, and the classes of the ports that answer it.
    private static let requests: [(request: String, classes: Set<String>)] = [
        ("GET /", ["dashboard"]), ("HEAD /", ["dashboard"]), ("GET /netdata.conf", ["netdata.conf"]),
        ("GET /api/v1/info", ["dashboard"]), ("GET /api/v1/charts", ["dashboard"]),
        ("GET /api/v1/alarms", ["dashboard"]),
        ("GET /api/v1/allmetrics", ["dashboard"]), ("GET /api/v1/streaming", ["dashboard"]),
        ("GET /api/v1/openapi.json", ["dashboard"]), ("GET /api/v1/badge.svg?chart=x", ["badges"]),
        ("GET /api/v1/registry?action=hello", ["dashboard"]), ("GET /api/v1/registry?action=search", ["registry"]),
        ("GET /api/v1/manage/health?cmd=LIST", ["management"]), ("POST /api/v1/manage/host?forget=x", ["management"]),
        ("GET /api/v3/stream_info", ["dashboard", "streaming"]), ("STREAM key=x", ["streaming"]),
        ("OPTIONS /api/v1/info", Set(classes)),
    ]

    private static let forbidden = "You are not allowed to access this resource."

    private func ask(_ request: String, _ port: UInt16, _ fields: String = "") throws -> String {
        let client = try RawClient(port: port)
        client.send("\(request) HTTP/1.1\r\n\(fields)\r\n")
        return client.receiveAll()
    }

    private func node() throws -> LiveNode {
        let places = Self.classes.map { "127.0.0.1:0=\($0)" }.joined(separator: " ")
        return try LiveNode(
            netdata: "[web]\n bind to = \(places)\n",
            stream: "[\(LiveNode.key)]\n enabled = yes\n"
        )
    }

    @Test func eachPortAnswersWhatItIsFor() throws {
        let node = try node()
        let ports = try node.ports()
        try #require(ports.count == Self.classes.count)
        for (request, classes) in Self.requests {
            for (name, port) in zip(Self.classes, ports) {
                let answer = try ask(request, port)
                let isForbidden =
                    answer.hasSuffix(Self.forbidden) || request.hasPrefix("HEAD") && answer.hasPrefix("HTTP/1.1 403 ")
                #expect(isForbidden != classes.contains(name), "\(request) at \(name): \(answer)")
                #expect(!answer.isEmpty)
            }
        }
        #expect(try ask("HEAD /api/v1/manage/health?cmd=RESET", ports[3]).hasPrefix("HTTP/1.1 400 "))
    }

    /// No address of the API is left out of its description.
    @Test func theWholeNodeIsDescribed() throws {
        let node = try LiveNode(netdata: "[web]\n bind to = 127.0.0.1:0\n")
        let port = try node.port()
        let text = try ask("GET /api/v1/openapi.json", port)
        #expect(!text.contains("Not described."))
        let paths = text.split(separator: "\"/api/").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(paths.count > 15 && paths.contains("v1/streaming") && paths.contains("v1/manage/host"))
        for path in paths where !path.hasPrefix("v1/manage/host") {
            #expect(try !ask("GET /api/" + path, port).contains("Unsupported"), "\(path)")
        }
    }

    /// What stands in the configuration is what browsers get.
    @Test func answersAreAsConfigured() throws {
        let node = try LiveNode(
            netdata: """
                [web]
                    bind to = 127.0.0.1:0
                    x-frame-options response header = SAMEORIGIN
                    respect do not track policy = yes
                """
        )
        let port = try node.port()
        let compressed = try ask("HEAD /api/v1/openapi.json", port, "Accept-Encoding: gzip\r\n")
        #expect(compressed.contains("\r\nX-Frame-Options: SAMEORIGIN\r\n") && compressed.contains("\r\nTk: N\r\n"))
        #expect(compressed.contains("\r\nVary: Accept-Encoding, Origin\r\n"))
        let client = try RawClient(port: port)
        client.send("GET /api/v1/openapi.json HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n")
        var bytes: [UInt8] = []
        while case let more = client.receiveBytes(), !more.isEmpty { bytes += more }
        let end = try #require((0..<bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) })
        #expect(Array(bytes[(end + 4)...].prefix(3)) == [0x1f, 0x8b, 8])
        #expect(String(decoding: bytes[..<end], as: UTF8.self).contains("Content-Encoding: gzip"))
        // A reload counts for the next connection.
        try node.configure(netdata: "[web]\n bind to = 127.0.0.1:0\n enable gzip compression = no\n", stream: "")
        node.signal(SIGHUP)
        try node.waitForLog("Configuration was read again")
        let plain = try ask("GET /api/v1/openapi.json", port, "Accept-Encoding: gzip\r\n")
        #expect(plain.contains("\r\n\r\n{\"openapi\"") && !plain.contains("Vary"))
    }

    /// What may be kept, as Netdata has it (web API §4); of a host that streams.
    @Test func whatMayBeKept() throws {
        let node = try LiveNode(
            netdata: "[web]\n bind to = 127.0.0.1:0\n[db]\n mode = ram\n",
            stream: "[\(LiveNode.key)]\n enabled = yes\n"
        )
        let port = try node.port()
        let child = try HandChild(port, "child", guid: "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f")
        for _ in 0..<10 { #expect(child.collect()) }
        let now = Int(SystemClock().now() / 1_000_000)
        let window = "after=\(now - 60)&before=\(now + 60)"
        let host = "GET /host/child/api/v1/"
        try eventually("a chart") { try ask(host + "data?chart=a.b", port).contains(" 200 OK") }
        for (request, isPublic) in [
            ("info", false), ("charts", true), ("chart?chart=a.b", true), ("data?chart=a.b", false),
            ("data?chart=a.b&" + window, true), ("alarms", false), ("alarms?all", false), ("alarms_values", false),
            ("alarm_log", true), ("alarm_count", false), ("alarm_variables?chart=a.b", true), ("allmetrics", false),
            ("allmetrics?format=json", false), ("allmetrics?format=prometheus", false), ("badge.svg?chart=a.b", false),
            ("registry?action=hello", false), ("streaming", false), ("openapi.json", true),
            // Whatever is no answer is kept by nobody.
            ("chart?chart=no", false), ("nothing", false),
        ] {
            let answer = try ask(host + request, port)
            let head = answer.split(separator: "\r\n\r\n", maxSplits: 1)[0] + "\r\n"
            #expect(head.contains("\r\nCache-Control: public\r\n") == isPublic, "\(request): \(head)")
            #expect(
                head.contains("\r\nCache-Control: no-cache, no-store, must-revalidate\r\nPragma: no-cache\r\n")
                    != isPublic
            )
            #expect(head.contains("\r\nETag: W/\"") == isPublic && head.contains("\r\nExpires: "))
        }
        #expect(try ask("GET /netdata.conf", port).contains("Cache-Control: public"))
    }

    /// Files of a dashboard in place of the built-in page, and what is said where there are none.
    @Test func filesAreServedWhenAskedFor() throws {
        let directory = try TemporaryDirectory()
        try directory.write("<p>mine</p>", "index.html")
        let node = try LiveNode(netdata: "[directories]\n web = \(directory.path)\n[web]\n bind to = 127.0.0.1:0\n")
        let port = try node.port()
        #expect(try ask("GET /", port).hasSuffix("\r\n\r\n<p>mine</p>"))
        #expect(try ask("GET /index.html?x", port).hasSuffix("\r\n\r\n<p>mine</p>"))
        #expect(try ask("GET /nothing", port).contains("404 Not Found"))
        #expect(!node.log.contains("has no page to show"))
        try eventually("a line") { node.accessLog.contains("'FILECOPY' (sent/all = 11/11 bytes -0%") }
        try node.configure(
            netdata: "[directories]\n web = \(directory.path)/nothing\n[web]\n bind to = 127.0.0.1:0\n",
            stream: ""
        )
        node.signal(SIGHUP)
        try node.waitForLog("\(directory.path)/nothing has no page to show: No such file or directory.")
        try node.configure(netdata: "[web]\n bind to = 127.0.0.1:0\n", stream: "")
        node.signal(SIGHUP)
        try eventually("the built-in page") { try ask("GET /", port).contains("ndstream") }
    }
}
