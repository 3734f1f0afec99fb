import Glibc
import Status
import System
import Testing

/// What strangers may send to a parent's port, while a child streams: memory stays, and the child does not notice.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileBytesTests {
    private static let guid = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
    /// Bytes of memory that a parent may grow by, whatever comes: what 1000 connections take, and some room.
    private static let growth = 24 << 20

    private struct Scene {
        let node: LiveNode
        let port: UInt16
        let child: HandChild
        let memory: Int
    }

    private func scene(timeout: Int = 1, openFiles: Int? = nil) throws -> Scene {
        let node = try LiveNode(
            netdata: "[db]\n mode = ram\n[web]\n bind to = 127.0.0.1:0\n timeout for first request = \(timeout)\n",
            stream: "[\(LiveNode.key)]\n enabled = yes\n",
            openFiles: openFiles
        )
        let port = try node.port()
        let child = try HandChild(port, "child", guid: Self.guid)
        let scene = Scene(node: node, port: port, child: child, memory: node.memory)
        try expectUndisturbed(scene)
        return Scene(node: node, port: port, child: child, memory: node.memory)
    }

    /// The child still streams into the same connection, and the node has not grown.
    private func expectUndisturbed(_ scene: Scene, _ location: SourceLocation = #_sourceLocation) throws {
        #expect(scene.child.collect(), sourceLocation: location)
        let host = try #require(try statusDocument(scene.node).hosts.first { $0.hostname == "child" })
        #expect(host.disconnects == 0 && host.connects == 1, sourceLocation: location)
        try eventually("a sample", location) {
            #expect(scene.child.collect(), sourceLocation: location)
            let new = try statusDocument(scene.node).hosts.first { $0.hostname == "child" }
            return (new?.lastDataAt ?? 0) > (host.lastDataAt ?? 0)
        }
        let memory = scene.node.memory
        #expect(memory - scene.memory < Self.growth, "\(scene.memory) → \(memory)", sourceLocation: location)
    }

    @Test func nothingAtAllAndOneByteASecond() throws {
        let scene = try scene()
        let silent = try RawClient(port: scene.port)
        let slow = try ["S", "G", "\u{1}"].map { byte in
            let client = try RawClient(port: scene.port)
            client.send(byte)
            return client
        }
        let half = try RawClient(port: scene.port)
        half.send("STREAM key=\(LiveNode.key)&hostname=half&")
        // One more byte does not win time.
        usleep(500_000)
        for client in slow { client.send("T") }
        #expect(silent.isClosed() && half.isClosed())
        for client in slow { #expect(client.isClosed()) }
        #expect(scene.node.log.contains("sent no request within 1 seconds. Closing it."))
        try expectUndisturbed(scene)
    }

    @Test func garbageAndAMegabyteWithoutALineEnd() throws {
        let scene = try scene(timeout: 60)
        var random = SystemRandomNumberGenerator()
        for round in 0..<200 {
            let client = try RawClient(port: scene.port)
            let size = round % 2 == 0 ? 64 : 4096
            client.send((0..<size).map { _ in UInt8.random(in: 0...255, using: &random) } + Array("\r\n\r\n".utf8))
            #expect(client.isClosed())
        }
        for letter in ["x", "\0", "STREAM ", "GET "] {
            let client = try RawClient(port: scene.port)
            client.send(letter + String(repeating: "y", count: 1 << 20))
            #expect(client.isClosed(), "\(letter)")
        }
        try expectUndisturbed(scene)
    }

    @Test func aHugeHeader() throws {
        let scene = try scene(timeout: 60)
        let head = "GET /api/v1/info HTTP/1.1\r\nX: "
        let tooBig = try RawClient(port: scene.port).ask(head + String(repeating: "y", count: 65_536) + "\r\n\r\n")
        #expect(tooBig.hasPrefix("HTTP/1.1 400 Bad Request"))
        #expect(scene.node.log.contains("Received request is too big ("))
        let room = 16_384 - head.utf8.count - 4
        #expect(
            try RawClient(port: scene.port).ask(head + String(repeating: "y", count: room) + "\r\n\r\n").hasPrefix(
                "HTTP/1.1 200"
            )
        )
        #expect(
            try RawClient(port: scene.port).ask(head + String(repeating: "y", count: room + 1) + "\r\n\r\n").hasPrefix(
                "HTTP/1.1 400"
            )
        )
        try expectUndisturbed(scene)
    }

    @Test func aStreamRequestAtItsLimitAndBeyond() throws {
        let scene = try scene(timeout: 60)
        let other = "8a6d5c4b-3b2a-4d1c-9f0e-1b2c3d4e5f6a"
        let plain = HandChild.request("big", guid: other, more: "&x=")
        let room = 131_072 - plain.utf8.count
        let fits = HandChild.request("big", guid: other, more: "&x=" + String(repeating: "y", count: room))
        let tooBig = HandChild.request("big", guid: other, more: "&x=" + String(repeating: "y", count: room + 1))
        #expect(try RawClient(port: scene.port).ask(fits).hasPrefix("Hit me baby"))
        let client = try RawClient(port: scene.port)
        client.send(tooBig)
        #expect(client.isClosed())
        try scene.node.waitForLog("request is too big (131073 bytes). Forbidding access.")
        try expectUndisturbed(scene)
    }

    /// Names of 100 KiB: neither the log's counts nor the lists of the status document may keep them.
    @Test func refusedRequestsOfAnySizeLeaveNothingBehind() throws {
        let scene = try scene(timeout: 60)
        let long = String(repeating: "y", count: 100_000)
        for number in 0..<250 {
            let request = HandChild.request("h\(number)\(long)", guid: "\(number)", key: "none")
            #expect(try RawClient(port: scene.port).ask(request).contains("not permitted"))
        }
        for number in 0..<250 {
            let request = HandChild.request("h", guid: "\(number)\(long)")
            #expect(try RawClient(port: scene.port).ask(request).contains("not permitted"))
        }
        try expectUndisturbed(scene)
        let answer = try RawClient(path: scene.node.socket).get("/")
        #expect(answer.utf8.count < 4 << 20)
    }

    @Test func aClientHelloToAPlainPort() throws {
        let scene = try scene(timeout: 60)
        let client = try RawClient(port: scene.port)
        client.send([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3] + [UInt8](repeating: 7, count: 194))
        #expect(client.isClosed())
        try scene.node.waitForLog("speaks TLS, but this port has no certificate. Closing it.")
        try expectUndisturbed(scene)
    }

    @Test func aThousandConnectionsAtOnce() throws {
        let scene = try scene(timeout: 60)
        do {
            let clients = try (0..<1000).map { _ in try RawClient(port: scene.port) }
            try eventually("all of them") { try statusDocument(scene.node).node.fileDescriptors ?? 0 > 1000 }
            try expectUndisturbed(scene)
            withExtendedLifetime(clients) {}
        }
        try eventually("none of them") { try statusDocument(scene.node).node.fileDescriptors ?? .max < 100 }
        try expectUndisturbed(scene)
    }

    /// Connections stop short of the last descriptor: the node's own socket and its files still have theirs.
    @Test func fewDescriptors() throws {
        let scene = try scene(timeout: 60, openFiles: 200)
        let clients = try (0..<400).map { _ in try RawClient(port: scene.port) }
        try scene.node.waitForLog("Too many connections (72). Closing the new one of client 'localhost'")
        try expectUndisturbed(scene)
        withExtendedLifetime(clients) {}
    }

    /// So few that even accepting fails: said, waited for, and overcome.
    @Test func noDescriptorIsLeft() throws {
        let scene = try scene(timeout: 2, openFiles: 44)
        var clients: [RawClient] = []
        for _ in 0..<60 { clients.append(try RawClient(port: scene.port)) }
        #expect(scene.child.collect())
        for client in clients { #expect(client.isClosed()) }
        clients = []
        try eventually("room again") {
            (try? RawClient(port: scene.port).get("/api/v1/info"))?.hasPrefix("HTTP/1.1 200") == true
        }
        try expectUndisturbed(scene)
    }

    @Test(arguments: [
        "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n\r\n",
        "GET /a%00b HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n", "PUT / HTTP/1.1\r\n\r\n",
    ])
    func requestsThatAreNone(request: String) throws {
        let scene = try scene(timeout: 60)
        let client = try RawClient(port: scene.port)
        client.send(request)
        #expect(client.receiveAll().hasPrefix("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"))
        try expectUndisturbed(scene)
    }
}
