import NIOEmbedded
import Testing

@testable import Transport

/// Requests that two readers may take apart in two ways: one of them is us, the other what stands in front. They are refused, and
/// nothing behind them is answered.
@Suite struct SmugglingTests {
    /// A second request, hidden in or behind the first.
    private static let hidden = "GET /hidden HTTP/1.1\r\n\r\n"

    @Test(arguments: [
        "GET /a HTTP/1.1\r\nContent-Length: 24\r\n\r\n", "GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n18\r\n",
        "GET /a HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /a HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 24\r\n\r\n",
        "GET /a HTTP/1.1\r\nContent-Length: 24\r\nContent-Length: 0\r\n\r\n",
        "GET /a HTTP/1.1\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /api/v1/manage/host?forget=x HTTP/1.1\r\nContent-Length: 24\r\n\r\n",
        "GET /a HTTP/1.1\r\nA: b\r\n c: d\r\n\r\n", "GET /a HTTP/1.1\r\nA: b\nContent-Length: 24\r\n\r\n",
        "GET /a HTTP/1.1\r\nA: b\rContent-Length: 24\r\n\r\n", "GET /a HTTP/1.1\r\nA: b\u{0}\r\n\r\n",
        "GET http://inner/a HTTP/1.1\r\nHost: outer\r\n\r\n", "GET inner:80 HTTP/1.1\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: inner\r\nHost: outer\r\n\r\n", "GET /a HTTP/1.1\r\nHost : inner\r\n\r\n",
        "GET /a HTTP/1.1\r\nContent-Length : 24\r\n\r\n", "GET /a\r\n\r\n", "GET /a HTTP/1.1 x\r\n\r\n",
        "GET /a HTTP/2.0\r\n\r\n", "\r\nGET /a HTTP/1.1\r\n\r\n", "GET /a\u{b}HTTP/1.1\r\n\r\n",
    ])
    func nothingIsAnsweredBehindThem(_ request: String) throws {
        // Whoever wants the connection to stay gets it closed all the same.
        let staying = request.replacing(" HTTP/1.1\r\n", with: " HTTP/1.1\r\nConnection: keep-alive\r\n")
        for text in [request, staying] {
            for cut in [0, text.utf8.count / 2, text.utf8.count] {
                let server = try EmbeddedServer()
                let bytes = Array((text + Self.hidden).utf8)
                server.send(bytes[..<cut])
                server.send(bytes[cut...])
                let answer = server.answers()
                #expect(answer.statusLine == "HTTP/1.1 400 Bad Request", "\(text.debugDescription): \(answer)")
                #expect(answer.contains("Connection: close\r\n") && !answer.contains("hidden"))
                #expect(!server.channel.isActive || server.answers() == "")
            }
        }
    }

    /// Those who end their lines in another way would wait for their answer until their time is over.
    @Test(arguments: ["GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\nA: b\n", "GET /\u{0}", "\n", "GET / HTTP/1.1\nHost"])
    func hopelessBeginningsAreRefusedAtOnce(_ text: String) throws {
        let bytes = Array(text.utf8)
        for size in [1, 2, bytes.count] {
            let server = try EmbeddedServer()
            for start in stride(from: 0, to: bytes.count, by: size) {
                server.send(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(server.answers().statusLine == "HTTP/1.1 400 Bad Request")
        }
    }

    /// A carriage return at the end of a piece, its line feed at the beginning of the next.
    @Test func linesMayBeCutAnywhere() throws {
        let text = "GET /a HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n"
        for cut in 0...text.utf8.count {
            let server = try EmbeddedServer()
            let bytes = Array(text.utf8)
            server.send(bytes[..<cut])
            #expect(server.answers() == "" || cut == bytes.count)
            server.send(bytes[cut...])
            #expect(server.channel.isActive == false)
        }
    }

    /// As the original they are not kept apart by packets: each has its answer, in their order.
    @Test func requestsInARowAreAnsweredInTheirOrder() throws {
        let server = try EmbeddedServer()
        let paths = (0..<20).map { "/r\($0)" }
        let stay = "Connection: keep-alive\r\n"
        server.send(
            paths.map { path in
                "\(path.hasSuffix("3") ? "HEAD" : "GET") \(path) HTTP/1.1\r\n\(path == "/r19" ? "" : stay)\r\n"
            }.joined()
        )
        let text = server.answers()
        let answered = text.split(separator: "|").compactMap { $0.split(separator: "\r\n").last.map(String.init) }
        // HEAD has no body, and the next answer begins where it would be.
        #expect(answered == paths.filter { !$0.hasSuffix("3") })
        #expect(text.split(separator: "HTTP/1.1 200 OK").count == 20)
        #expect(!server.channel.isActive)
    }

    /// One that is none in the middle ends it: what follows may be anything.
    @Test func theRowEndsWithTheFirstThatIsNone() throws {
        let server = try EmbeddedServer()
        let stay = "HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"
        server.send("GET /1 \(stay)GET /2 \(stay)DELETE /3 \(stay)GET /4 \(stay)")
        let text = server.answers()
        #expect(text.contains("/1|") && text.contains("/2|") && !text.contains("/4|"))
        #expect(text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) } == ["200", "200", "400"])
    }

    @Test func whoAsksWithHeadMayStay() throws {
        let server = try EmbeddedServer { _ in Route { _ in HTTPResponse(body: [65, 66], isCacheable: true) } }
        server.send("HEAD / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
        let head = server.answers()
        #expect(head.contains("Content-Length: 2\r\n") && head.body == "" && server.channel.isActive)
        let tag = try #require(head.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }).dropFirst(6)
        server.send("GET / HTTP/1.1\r\nConnection: keep-alive\r\nIf-None-Match: \(tag)\r\n\r\n")
        let known = server.answers()
        #expect(known.statusLine == "HTTP/1.1 304 Not Modified" && known.body == "" && server.channel.isActive)
        #expect(!known.contains("Content-Length"))
        server.send("GET / HTTP/1.1\r\n\r\n")
        #expect(server.answers().body == "AB" && !server.channel.isActive)
    }

    /// Who sends an origin gets it back, and nothing that could be a line of its own.
    @Test(arguments: ["http://a.example", "null", "http://a.example, http://b.example", "\u{e9}"])
    func theOriginIsEchoed(_ origin: String) throws {
        let server = try EmbeddedServer()
        server.send("GET / HTTP/1.1\r\nOrigin: \(origin)\r\n\r\n")
        #expect(server.answers().contains("\r\nAccess-Control-Allow-Origin: \(origin)\r\n"))
    }

    @Test(arguments: ["a\r\n b", "a\nX: y", "a\u{0}", "a\u{7f}", "a\rX: y"])
    func anOriginIsOneLine(_ origin: String) throws {
        let server = try EmbeddedServer()
        server.send("GET / HTTP/1.1\r\nOrigin: \(origin)\r\n\r\n")
        #expect(server.answers().statusLine == "HTTP/1.1 400 Bad Request")
    }
}
