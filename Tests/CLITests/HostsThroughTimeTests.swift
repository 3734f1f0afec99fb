import Glibc
import Status
import System
import Testing

/// What a parent knows of its children when it is started again, however it ended, and how they are forgotten.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostsThroughTimeTests {
    private let netdata = "[db]\n    mode = ram\n[web]\n    bind to = 127.0.0.1:0\n"
    private let keys = "[\(LiveNode.key)]\n    enabled = yes\n"
    private let guid = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
    private let otherGUID = "8a6d5c4b-3b2a-4d1c-9f0e-1b2c3d4e5f6a"

    private func host(_ node: LiveNode, _ guid: String) throws -> StatusDocument.Host? {
        try statusDocument(node).hosts.first { $0.guid == guid }
    }

    /// Power gone, so to speak: children are still known, with their charts, and come back as who they were.
    @Test func knownAfterAKill() throws {
        let node = try LiveNode(netdata: netdata, stream: keys)
        let child = try HandChild(try node.port(), "one", guid: guid)
        #expect(child.collect() && child.collect())
        let file = "\(node.directory)/state/cache/\(guid)/host"
        try eventually("the host's file") { node.text("state/cache/\(guid)/host").contains("\nCHART \"a.b\"") }
        let firstSeen = try host(node, guid)?.firstSeenAt
        node.signal(SIGKILL)
        #expect(try node.end() == -SIGKILL)
        try Files.remove("\(node.directory)/state/run/parent.port")

        let next = try LiveNode(netdata: netdata, stream: keys, directory: node.directory)
        let port = try next.port()
        let known = try #require(try host(next, guid))
        #expect(known.state == .archived)
        #expect(known.hostname == "one")
        #expect(known.charts == 1 && known.dimensions == 1)
        #expect(known.lastDisconnect?.code == "ND-H11")
        #expect(abs((known.firstSeenAt ?? 0) - (firstSeen ?? 1)) < 0.001)
        #expect(try RawClient(port: port).get("/host/one/api/v1/info").hasPrefix("HTTP/1.1 200 "))
        #expect(next.log.contains("1 hosts are known from before"))
        // Whoever asks by HTTP sees the host with its charts, too.
        #expect(try RawClient(port: port).get("/api/v1/info").contains("\"hostname\": \"one\", \"reachable\": false"))
        let charts = try RawClient(port: port).get("/host/one/api/v1/charts")
        #expect(charts.contains("\"a.b\": ") && charts.contains("\"charts_count\": 1"), "\(charts)")
        let again = try HandChild(port, "one", guid: guid)
        #expect(again.collect())
        #expect(try host(next, guid)?.connects == 2)
        #expect(Files.exists(file))
        // This time in good order.
        next.signal(SIGTERM)
        #expect(try next.end(withinSeconds: 10) == 0)
        #expect(again.client.isClosed())
        let third = try LiveNode(netdata: netdata, stream: keys, directory: node.directory)
        _ = try third.port()
        #expect(try host(third, guid)?.disconnects == 2)
        #expect(try host(third, guid)?.lastDisconnect?.code == "ND-C5")
    }

    @Test func aDamagedFileIsNoReasonNotToStart() throws {
        let node = try LiveNode(netdata: netdata, stream: keys)
        _ = try HandChild(try node.port(), "one", guid: guid)
        try eventually("its end") { try host(node, guid)?.state == .down }
        node.signal(SIGTERM)
        #expect(try node.end(withinSeconds: 10) == 0)
        try Files.remove("\(node.directory)/state/run/parent.port")
        let file = "\(node.directory)/state/cache/\(guid)/host"
        let bytes = try Files.read(file, limit: 1 << 20)
        try Files.write(Array(bytes.prefix(bytes.count / 2)), to: file)
        let next = try LiveNode(netdata: netdata, stream: keys, directory: node.directory)
        _ = try next.port()
        #expect(try statusDocument(next).hosts.count == 1)
        #expect(next.log.contains("Host file '\(file)' is damaged: its end is missing"))
        let names = try Files.names(in: "\(node.directory)/state/cache/\(guid)")
        #expect(names.contains { $0.hasPrefix("host.set-aside.") }, "\(names)")
    }

    @Test func forgetting() throws {
        let node = try LiveNode(netdata: netdata, stream: keys)
        let port = try node.port()
        func ask(_ client: RawClient, _ query: String, _ token: String? = nil, method: String = "POST") -> String {
            let field = token.map { "X-Auth-Token: \($0)\r\n" } ?? ""
            client.send("\(method) /api/v1/manage/host?\(query) HTTP/1.1\r\nContent-Length: 0\r\n\(field)\r\n")
            return String(client.receiveAll().dropFirst("HTTP/1.1 ".count))
        }
        func socket(_ query: String) throws -> String { ask(try RawClient(path: node.socket), query) }
        let key = node.text("state/lib/netdata.api.key")
        #expect(key.utf8.count == 36)
        let child = try HandChild(port, "one", guid: guid)
        let bySocket = try socket("forget=\(guid)")
        let byPort = ask(try RawClient(port: port), "forget=\(guid)", key)
        #expect(bySocket.hasPrefix("409 ") && byPort.hasPrefix("409 "), "\(bySocket) \(byPort)")
        // Not by closing it: the descriptor is the client's own.
        shutdown(child.client.descriptor, Int32(SHUT_RDWR))
        try eventually("its end") { try host(node, guid)?.state == .down }
        for (query, status) in [("forget=\(otherGUID)", "404 "), ("forget=one", "400 "), ("x=y", "400 ")] {
            let answer = try socket(query)
            #expect(answer.hasPrefix(status), "\(answer)")
        }
        // On the port only with the key.
        for token in [nil, "", otherGUID, key + "0", String(key.dropLast())] as [String?] {
            let answer = ask(try RawClient(port: port), "forget=\(guid)", token)
            #expect(answer.hasPrefix("403 ") && answer.hasSuffix("Auth Error\n"), "\(answer)")
        }
        let got = ask(try RawClient(port: port), "forget=\(guid)", key, method: "GET")
        #expect(got.hasPrefix("400 "), "\(got)")
        #expect(try host(node, guid) != nil)
        let forgotten = ask(try RawClient(port: port), "forget=\(guid)", key)
        #expect(forgotten.hasPrefix("200 "), "\(forgotten)")
        #expect(try host(node, guid) == nil)
        try node.waitForLog("Host 'one' with machine guid '\(guid)' is forgotten: asked for by [localhost]:")
        #expect(!Files.exists("\(node.directory)/state/cache/\(guid)"))
        let again = try socket("forget=\(guid)")
        #expect(again.hasPrefix("404 "), "\(again)")
    }

    /// A hundred at once, over real sockets: one gets in, all others hear why.
    @Test func oneOfAHundred() throws {
        let node = try LiveNode(netdata: netdata, stream: keys)
        let port = try node.port()
        let clients = try (0..<100).map { _ in try RawClient(port: port) }
        for client in clients { client.send(HandChild.request("one", guid: guid)) }
        let answers = clients.map { $0.receive() }
        #expect(answers.count { $0.hasPrefix("Hit me baby") } == 1)
        #expect(answers.count { $0 == "This GUID is already streaming to this server" } == 99)
        #expect(try host(node, guid)?.connects == 1)
    }

    /// The lines of both logs for one refusal, and its entry in the status document.
    @Test func aRefusalIsToldEverywhere() throws {
        let node = try LiveNode(netdata: netdata, stream: keys)
        let port = try node.port()
        let first = try HandChild(port, "one", guid: guid)
        let refused = try RawClient(port: port)
        #expect(refused.ask(HandChild.request("copy", guid: guid)) == "This GUID is already streaming to this server")
        #expect(refused.isClosed())
        try node.waitForLog("rejecting new connection.")
        try node.waitForLog("is used by two machines: 'one' at [localhost]:")
        try eventually("both lines of access.log") {
            node.accessLog.contains("'REJECTED - ALREADY CONNECTED' host 'copy' api key '\(LiveNode.key)'")
                && node.accessLog.contains("ms) 409 'key=\(LiveNode.key)&hostname=copy")
        }
        let document = try statusDocument(node)
        #expect(document.refusals.first?.code == "ND-F12")
        let shown = document.hosts.first { $0.guid == guid }
        #expect(shown?.state == .conflict)
        #expect(shown?.problems.first?.code == "ND-F20")
        #expect(first.collect())
    }
}
