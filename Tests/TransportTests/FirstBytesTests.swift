import Config
import NIOCore
import NIOEmbedded
import Testing

@testable import Transport

/// What the first bytes of a connection lead to, down to the hostile ones.
@Suite struct FirstBytesTests {
    private let get = "GET /api/v1/info?a=b HTTP/1.1\r\nHost: x\r\n\r\n"
    private let stream = "STREAM key=a b&hostname=h HTTP/1.1\r\nUser-Agent: netdata/v1.37.1\r\n\r\n"

    @Test(arguments: [
        ("", Sniffer.Finding.undecided), ("S", .undecided), ("STREAM", .undecided), ("STREAM ", .stream),
        ("STREAM\t", .http), ("STREAMS", .http), ("STR ", .http), ("G", .http), ("\u{16}", .tls), ("\u{17}", .http),
        ("\n", .http), ("stream ", .http),
    ])
    func decide(bytes: String, finding: Sniffer.Finding) { #expect(Sniffer.find(Array(bytes.utf8)) == finding) }

    @Test(arguments: [
        ([0x80] as [UInt8], Sniffer.Finding.undecided), ([0x80, 0x2e], .undecided), ([0x80, 0x2e, 1], .tls),
        ([0xff, 0xff, 1, 0], .tls), ([0x80, 0x2e, 2], .http), ([0xc3, 0xa9, 0x20], .http),
    ])
    func decideSSL2(bytes: [UInt8], finding: Sniffer.Finding) { #expect(Sniffer.find(bytes) == finding) }

    @Test func aRequestMayComeInPieces() throws {
        let bytes = Array(get.utf8)
        for cut in 0...bytes.count {
            let server = try EmbeddedServer()
            server.send(bytes[..<cut])
            server.send(bytes[cut...])
            #expect(server.answers().body == "/api/v1/info|a=b")
        }
        let server = try EmbeddedServer()
        for byte in bytes { server.send([byte]) }
        #expect(server.answers().body == "/api/v1/info|a=b")
    }

    @Test func aStreamMayComeInPieces() throws {
        let data = "CHART a.b\nBEGIN a.b\n"
        let bytes = Array((stream + data).utf8)
        for cut in 0...bytes.count {
            let server = try EmbeddedServer()
            server.send(bytes[..<cut])
            server.send(bytes[cut...])
            #expect(server.heads == [stream])
            #expect(server.streamed == data)
            #expect(server.answers() == "Hit me baby, push them over...")
        }
        let server = try EmbeddedServer()
        for byte in bytes { server.send([byte]) }
        #expect(server.heads == [stream])
        #expect(server.streamed == data)
        #expect(server.channel.isActive)
    }

    @Test func whoDecidedIsGone() throws {
        let server = try EmbeddedServer()
        server.send(stream)
        #expect(throws: ChannelPipelineError.notFound) {
            try server.channel.pipeline.syncOperations.handler(type: Sniffer.self)
        }
        #expect(throws: ChannelPipelineError.notFound) {
            try server.channel.pipeline.syncOperations.handler(type: StreamHeadHandler.self)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInTheirOrder() throws {
        let server = try EmbeddedServer()
        let kept = "GET /1 HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"
        server.send(kept + kept.replacing("GET /1", with: "GET /2") + "GET /3 HTTP/1.1\r\n\r\nGET /4 HTTP/1.1\r\n\r\n")
        let answers = server.answers()
        #expect(answers.contains("/1|HTTP/1.1 200 OK"))
        #expect(answers.contains("/2|HTTP/1.1 200 OK"))
        #expect(answers.hasSuffix("/3|"))
        #expect(!server.channel.isActive)
    }

    @Test func thousandsOfPipelinedRequestsAreNoRecursion() throws {
        let server = try EmbeddedServer()
        let kept = "GET /1 HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"
        for _ in 0..<20 { server.send(String(repeating: kept, count: 300)) }
        #expect(server.answers().utf8.count > 6000 * 300)
        #expect(server.channel.isActive)
    }

    // MARK: Hostile

    @Test func nothingIsClosedInTime() throws {
        let server = try EmbeddedServer()
        server.wait(seconds: 59)
        #expect(server.channel.isActive)
        server.wait(seconds: 1)
        #expect(!server.channel.isActive)
        #expect(server.answers() == "")
        #expect(
            server.reports.texts == ["Client '10.0.0.9', port '4711' sent no request within 60 seconds. Closing it."]
        )
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n", "STREAM key=aaaaaaaa", "garbage"])
    func oneByteASecondIsClosedInTime(_ beginning: String) throws {
        let server = try EmbeddedServer()
        let bytes = Array((beginning + String(repeating: "x", count: 100)).utf8)
        for second in 0..<59 {
            server.send([bytes[second]])
            server.wait(seconds: 1)
            #expect(server.channel.isActive)
        }
        server.send([bytes[59]])
        server.wait(seconds: 1)
        #expect(!server.channel.isActive)
        #expect(server.reports.codes == ["ND-W14"])
    }

    @Test func garbageIsNotUnderstood() throws {
        let server = try EmbeddedServer()
        server.send((0...255).map { UInt8(255 - $0) } + Array("\r\n\r\n".utf8))
        #expect(server.answers().statusLine == "HTTP/1.1 400 Bad Request")
        #expect(!server.channel.isActive)
    }

    @Test func aMegabyteWithoutALineEndStopsAtTheLimit() throws {
        let server = try EmbeddedServer()
        for _ in 0..<1024 { server.send([UInt8](repeating: 120, count: 1024)) }
        #expect(server.answers().body == "Received request is too big  (17408 bytes).\r\n")
        #expect(!server.channel.isActive)
        #expect(server.reports.codes == ["ND-W15"])
    }

    @Test func aHugeHeaderStopsAtTheLimit() throws {
        let server = try EmbeddedServer()
        server.send("GET / HTTP/1.1\r\nCookie: " + String(repeating: "x", count: 65_536) + "\r\n\r\n")
        #expect(server.answers().statusLine == "HTTP/1.1 400 Bad Request")
        #expect(!server.channel.isActive)
        #expect(server.reports.codes == ["ND-W15"])
    }

    @Test(arguments: [true, false])
    func httpHeadsHaveALimit(_ whole: Bool) throws {
        let limit = ServerLimits().httpHead
        #expect(limit == 16_384)
        func request(_ size: Int) -> String {
            let frame = "GET / HTTP/1.1\r\nA: \r\n\r\n"
            return frame.replacing("A: ", with: "A: " + String(repeating: "x", count: size - frame.utf8.count))
        }
        for (size, status) in [(limit, "200 OK"), (limit + 1, "400 Bad Request")] {
            let server = try EmbeddedServer()
            let bytes = Array(request(size).utf8)
            #expect(bytes.count == size)
            if whole {
                server.send(bytes)
            } else {
                server.send(bytes.dropLast())
                server.send(bytes.suffix(1))
            }
            #expect(server.answers().statusLine == "HTTP/1.1 " + status)
        }
    }

    @Test(arguments: [true, false])
    func streamHeadsHaveALimit(_ whole: Bool) throws {
        let limit = ServerLimits().streamHead
        #expect(limit == 131_072)
        for (size, isAccepted) in [(limit, true), (limit + 1, false)] {
            let server = try EmbeddedServer()
            let frame = "STREAM  HTTP/1.1\r\n\r\n"
            let bytes = Array(
                frame.replacing("STREAM ", with: "STREAM " + String(repeating: "x", count: size - frame.utf8.count))
                    .utf8
            )
            #expect(bytes.count == size)
            if whole {
                server.send(bytes)
            } else {
                for start in stride(from: 0, to: size, by: 1000) { server.send(bytes[start..<min(start + 1000, size)]) }
            }
            #expect(server.heads.count == (isAccepted ? 1 : 0))
            #expect(server.channel.isActive == isAccepted)
            #expect(server.reports.codes == (isAccepted ? [] : ["ND-W16"]))
            if !isAccepted { #expect(server.answers() == "") }
        }
    }

    @Test func anEndlessStreamHeadStopsAtTheLimit() throws {
        let server = try EmbeddedServer()
        server.send("STREAM ")
        for _ in 0..<1024 { server.send([UInt8](repeating: 120, count: 1024)) }
        #expect(!server.channel.isActive)
        #expect(server.heads.isEmpty)
    }

    /// As the original answers: the child reads who it is that does not encrypt.
    @Test func aClientHelloIsNamedAndAnsweredInPlainWords() throws {
        let server = try EmbeddedServer()
        server.send([0x16, 3, 1, 2, 0, 1])
        #expect(server.reports.codes == ["ND-T1"])
        let answer = server.answers()
        #expect(answer.statusLine == "HTTP/1.1 400 Bad Request")
        #expect(answer.contains("Server: Netdata Embedded HTTP Server"))
        server.wait(seconds: StreamCloseMode.lingerSeconds)
        #expect(!server.channel.isActive)
    }

    @Test func anIdleClientIsClosedInTime() throws {
        let server = try EmbeddedServer()
        server.send("GET /1 HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
        server.wait(seconds: 59)
        server.send("GET /2 HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
        #expect(server.answers().hasSuffix("/2|"))
        // Part of a request does not buy more time.
        server.wait(seconds: 59)
        server.send("GET /3")
        server.wait(seconds: 1)
        #expect(!server.channel.isActive)
    }

    @Test func idleClientsMayStayForEver() throws {
        var policy = ServerPolicy()
        policy.idleTimeout = 0
        let server = try EmbeddedServer(policy: policy)
        server.send("GET /1 HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
        server.wait(seconds: 86_400)
        #expect(server.channel.isActive)
    }

    // MARK: Rights

    @Test func withoutTheRightToStreamTheRefusalIsBare() throws {
        let server = try EmbeddedServer(rights: [.dashboard])
        server.send(stream)
        #expect(server.answers() == "You are not allowed to access this resource.")
        #expect(server.heads.isEmpty)
        #expect(!server.channel.isActive)
    }

    @Test func withoutAnyRightHTTPIsForbidden() throws {
        let server = try EmbeddedServer(rights: [])
        server.send(get)
        let answer = server.answers()
        #expect(answer.statusLine == "HTTP/1.1 403 Forbidden")
        #expect(answer.body == "You are not allowed to access this resource.")
    }

    @Test func aRefusedStreamIsAnsweredAndClosed() throws {
        let text = "This GUID is already streaming to this server"
        let server = try EmbeddedServer(verdict: .refused(status: 409, text: text))
        server.send(stream + "more")
        #expect(server.answers() == text)
        #expect(server.streamed == "")
        #expect(!server.channel.isActive)
    }

    @Test func optionsAreAnsweredForEveryPath() throws {
        let server = try EmbeddedServer()
        server.send("OPTIONS /whatever HTTP/1.1\r\n\r\n")
        #expect(server.answers().body == "OK")
    }
}
