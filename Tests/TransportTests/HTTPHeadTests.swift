import NIOCore
import Testing

@testable import Transport

@Suite struct HTTPHeadTests {
    private func head(_ text: String) -> HTTPHead? { HTTPHead(Array(text.utf8)) }

    @Test func readsAnOrdinaryRequest() throws {
        let head = try #require(self.head("GET /a?b=c HTTP/1.1\r\nHost: x:1\r\nOrigin:http://o \r\n\r\n"))
        #expect(head.method == .get)
        #expect(head.target == "/a?b=c")
        #expect(head.fields["host"] == "x:1")
        #expect(head.fields["ORIGIN"] == "http://o")
        #expect(!head.wantsKeepAlive)
    }

    @Test(arguments: [
        "GET / HTTP/1.0\r\n\r\n", "GET /with blanks and \u{e4} HTTP/1.1\r\n\r\n", "GET //evil/%2f.. HTTP/1.1\r\n\r\n",
        "GET /a|b\"c HTTP/1.1\r\nHost: evil\r\n\r\n", "OPTIONS * HTTP/1.1\r\n\r\n", "HEAD / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "GET / HTTP/1.9\r\n\r\n",
        "GET / HTTP/1.1\r\nAccept: a\r\nAccept: b\r\n\r\n",
        "POST /api/v1/manage/host?forget=x HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    ])
    func accepts(_ text: String) { #expect(head(text) != nil) }

    @Test(arguments: [
        "head / HTTP/1.1\r\n\r\n", "HEAD  HTTP/1.1\r\n\r\n", "TRACE / HTTP/1.1\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n",
        // Two readers may take them for two different requests.
        "GET http://evil/x HTTP/1.1\r\n\r\n", "GET evil:80 HTTP/1.1\r\n\r\n", "GET * HTTP/1.1\r\n\r\n",
        "GET @evil/ HTTP/1.1\r\n\r\n", "GET ?a=b HTTP/1.1\r\n\r\n", "OPTIONS *x HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 0, 0\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: +0\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 00\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length:\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer\u{b}-Encoding: chunked\r\n\r\n", "GET / HTTP/1.1\r\n\tA: b\r\n\r\n",
        "GET / HTTP/1.1 \r\n\r\n", "GET / HTTP/1.1\r\r\n\r\n", "GET / HTTP/1.\r\n\r\n", "GET / HTTP/1.12\r\n\r\n",
        "GET / HTTP/0.9\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.x\r\n\r\n",
        "GET /a HTTP/1.1 HTTP/1.1\r\n\r\n", "GET /a HTTP/b HTTP/1.1\r\n\r\n", "GET /a http/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\n\r\n",
        "POST /api/v1/manage/host?forget=x HTTP/1.1\r\nContent-Length: 5\r\n\r\n", "POST /api/v1/info HTTP/1.1\r\n\r\n",
        "get / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n", "\r\n\r\n", "\r\n\r\n\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: no name\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
        "GET / HTTP/1.1\r\nTRANSFER-ENCODING: identity\r\n\r\n", "GET / HTTP/1.1\r\nA: b\nInjected: c\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nA: \u{1b}[2J\r\n\r\n",
    ])
    func refuses(_ text: String) { #expect(head(text) == nil) }

    @Test(arguments: ["keep-alive", "Keep-Alive", "TE, keep-alive"])
    func keepsTheConnectionWhenAskedTo(_ value: String) {
        #expect(head("GET / HTTP/1.1\r\nConnection: \(value)\r\n\r\n")?.wantsKeepAlive == true)
    }

    @Test func linesHaveALimit() {
        func request(_ lines: Int) -> String {
            "GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: lines) + "\r\n"
        }
        #expect(head(request(HTTPHead.fieldsLimit)) != nil)
        #expect(head(request(HTTPHead.fieldsLimit + 1)) == nil)
    }

    /// Whatever arrives, nothing traps.
    @Test func survivesEveryCutAndEveryByte() {
        let text = Array("GET /a?b=c HTTP/1.1\r\nHost: x:1\r\nContent-Length: 0\r\n\r\n".utf8)
        for end in 0...text.count { _ = HTTPHead(text[..<end]) }
        for index in text.indices {
            var changed = text
            for byte in UInt8.min...UInt8.max {
                changed[index] = byte
                _ = HTTPHead(changed)
            }
        }
    }
}

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/", "/", ""), ("/api/v1/info", "/api/v1/info", ""), ("//api//v1///info", "/api/v1/info", ""),
        ("/a?b=c&d=e", "/a", "b=c,d=e"), ("/a%3Fb=c&d=e", "/a", "b=c,d=e"), ("/a%3fb=c", "/a", "b=c"),
        ("/a%3Fb?c=d", "/a?b", "c=d"), ("/a?b=%26&c=%3D", "/a", "b=&,c=="), ("/a?=x&y=&z", "/a", "z"),
        ("/a?b=c=d", "/a", "b=c=d"), ("/a?b+c=d+e", "/a", "b c=d e"), ("/%2e%2e/etc", "/../etc", ""),
        ("/%2f%2fx", "/x", ""), ("/%zz%", "/%zz%", ""), ("?a=b", "", "a=b"), ("*", "*", ""),
        ("/a?&&b=c&&", "/a", "b=c"),
        ("/%ff", "/\u{fffd}", ""),
    ])
    func takesApart(target: String, path: String, parameters: String) throws {
        let request = try #require(HTTPRequest(.get, target))
        #expect(request.path == path)
        let shown = request.parameters.map { "\($0.name)=\($0.value)" }
        #expect(shown.joined(separator: ",") == (parameters == "z" ? "" : parameters))
    }

    @Test func bareWordsAreKept() throws {
        let request = try #require(HTTPRequest(.get, "/api/v1/alarms?active&x=1&x=2"))
        #expect(request.words == ["active", "x=1", "x=2"])
        #expect(request["x"] == "2")
        #expect(request["active"] == nil)
    }

    @Test(arguments: ["/a%00b", "/a?b=%00", "/a\u{0}"])
    func refusesAHiddenNUL(_ target: String) { #expect(HTTPRequest(.get, target) == nil) }
}

@Suite struct HeadBufferTests {
    @Test func findsTheEndWhereverItIsCut() {
        let head = "GET / HTTP/1.1\r\nA: \n\n\r\r\r\n\r\n"
        let length = head.utf8.count
        let text = Array((head + "rest\r\n\r\n").utf8)
        for size in 1...text.count {
            var buffer = HeadBuffer()
            var found: Int?
            var offset = 0
            while offset < text.count {
                let next = min(offset + size, text.count)
                buffer.append(.init(bytes: text[offset..<next]))
                if found == nil { found = buffer.takeHead()?.readableBytes }
                offset = next
            }
            #expect(found == length)
            #expect(buffer.takeAll().map { Array($0.readableBytesView) } == Array(text[length...]))
            #expect(buffer.takeAll() == nil)
        }
    }
}
