import NIOEmbedded
import Testing

@testable import Transport

@Suite struct HTTPAnswerTests {
    /// Sun, 22 Nov 2026 09:30:48 GMT, when the recordings were made.
    private let now: Int64 = 1_795_339_848

    /// A recording is the request's head and then everything that came back.
    private func recorded(_ name: String) throws -> (request: String, answer: String) {
        let text = try fixture(name)
        let end = try #require(text.firstRange(of: "\r\n\r\n")).upperBound
        return (String(text[..<end]), String(text[end...]))
    }

    @Test(arguments: [("origin.txt", "[5]\n"), ("keepalive-close.txt", "[5]\n"), ("method-options.txt", "OK")])
    func isWhatTheOriginalSends(name: String, body: String) throws {
        let recording = try recorded(name)
        let head = try #require(HTTPHead(Array(recording.request.utf8)))
        let request = try #require(HTTPRequest(head.method, head.target, fields: head.fields))
        let response = HTTPResponse.text(
            200,
            body,
            contentType: body == "OK" ? HTTPResponse.plainText : HTTPResponse.json
        )
        let answer = HTTPAnswer(
            policy: ServerPolicy(),
            now: now,
            request: request,
            keepAlive: head.wantsKeepAlive
        )
        #expect(String(decoding: answer.head(response), as: UTF8.self) + body == recording.answer)
    }

    @Test(arguments: ["method-post.txt", "url-nul.txt"])
    func refusalsAreWhatTheOriginalSends(name: String) throws {
        let recording = try recorded(name)
        let server = try EmbeddedServer()
        server.send(recording.request)
        #expect(server.answers() == recording.answer)
        #expect(!server.channel.isActive)
    }

    @Test func cacheableAnswersLastADay() {
        let answer = HTTPAnswer(policy: ServerPolicy(), now: now, request: nil, keepAlive: true)
        var response = HTTPResponse(body: [65], isCacheable: true, modified: 0, fields: [("Location", "/x")])
        #expect(
            String(decoding: answer.head(response), as: UTF8.self) == """
                HTTP/1.1 200 OK\r
                Connection: keep-alive\r
                Server: Netdata Embedded HTTP Server v1.37.1\r
                Access-Control-Allow-Origin: *\r
                Access-Control-Allow-Credentials: true\r
                Content-Type: text/plain; charset=utf-8\r
                Date: Thu, 01 Jan 1970 00:00:00 GMT\r
                Cache-Control: public\r
                Expires: Mon, 23 Nov 2026 09:30:48 GMT\r
                Location: /x\r
                Content-Length: 1\r
                \r

                """
        )
        response.status = 404
        #expect(String(decoding: answer.head(response), as: UTF8.self).contains("Cache-Control: no-cache"))
    }

    @Test func framesCanBeForbidden() {
        var policy = ServerPolicy()
        policy.frameOptions = "SAMEORIGIN"
        let answer = HTTPAnswer(policy: policy, now: now, request: nil, keepAlive: false)
        #expect(
            String(decoding: answer.head(.text(200, "x")), as: UTF8.self).contains(
                "GMT\r\nX-Frame-Options: SAMEORIGIN\r\nCache-Control"
            )
        )
    }

    @Test func aFieldCannotBeginAnother() {
        let answer = HTTPAnswer(policy: ServerPolicy(), now: now, request: nil, keepAlive: false)
        let response = HTTPResponse(body: [65], fields: [("Location", "/x\r\nInjected: yes")])
        #expect(!String(decoding: answer.head(response), as: UTF8.self).contains("Injected"))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_795_339_848, "Sun, 22 Nov 2026 09:30:48 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
    ])
    func datesAreRight(seconds: Int64, text: String) { #expect(httpDate(seconds) == text) }

    @Test(arguments: [
        (200, "OK"), (308, "Redirection"), (404, "Not Found"), (412, "Preconditions Failed"), (431, "Bad Request"),
        (503, "Server Error"),
    ])
    func reasonsAreTheOriginals(status: Int, reason: String) {
        #expect(HTTPResponse(status: status, body: []).reason == reason)
    }
}
