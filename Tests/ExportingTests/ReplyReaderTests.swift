import Testing

@testable import Exporting

/// Answers in every form in which they come.
@Suite struct ReplyReaderTests {
    /// The answer to bytes that come so many at a time, and the end of the connection after them.
    private func read(_ text: String, pieces: Int = .max, ends: Bool = false) -> ReplyReader.Step {
        var reader = ReplyReader()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let step = reader.read(Array(rest.prefix(pieces)))
            guard step == .needsMore else { return step }
            rest = rest.dropFirst(pieces)
        }
        return ends ? reader.end() : .needsMore
    }

    private func reply(_ status: Int, _ words: String, _ keepsAlive: Bool = true) -> ReplyReader.Step {
        .done(HTTPReply(status: status, reason: words, body: [], keepsAlive: keepsAlive))
    }

    @Test(arguments: [1, 2, 3, 7, 1000]) func inPiecesOfAnySize(pieces: Int) {
        let answers: [(String, ReplyReader.Step)] = [
            ("HTTP/1.1 204 No Content\r\n\r\n", reply(204, "No Content")),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfine.", reply(200, "fine.")),
            ("HTTP/1.1 200 OK\r\ncontent-length:0\r\nConnection: close\r\n\r\n", reply(200, "OK", false)),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", reply(200, "OK", false)),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n", reply(200, "OK")),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", reply(503, "Busy")),
            (
                "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "4\r\nout \r\nA;x=y\r\nof bounds \r\n0\r\nTrailer: x\r\n\r\n",
                reply(400, "out of bounds")
            ),
            ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", reply(200, "ok")),
            ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", reply(200, "")),
        ]
        for (text, expected) in answers { #expect(read(text, pieces: pieces) == expected, "\(text)") }
    }

    @Test func upToTheEndOfTheConnection() {
        #expect(read("HTTP/1.1 200 OK\r\n\r\nso long") == .needsMore)
        #expect(read("HTTP/1.1 200 OK\r\n\r\nso long", ends: true) == reply(200, "so long", false))
        #expect(read("", ends: true) == .malformed("the connection was closed"))
        #expect(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", ends: true) == .malformed("half an answer"))
        #expect(read("HTTP/1.1 200 OK\r\nConte", ends: true) == .malformed("half an answer"))
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno field\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "\r\n",
    ])
    func whatIsNoAnswer(text: String) {
        guard case .malformed = read(text) else {
            Issue.record("\(read(text))")
            return
        }
    }

    @Test func aHeadHasALimit() {
        let start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: "
        let most = String(repeating: "x", count: ReplyReader.headLimit - start.utf8.count - 4)
        #expect(read(start + most + "\r\n\r\n") == reply(200, "OK"))
        #expect(read(start + most + "x\r\n\r\n") == .malformed("too long a head"))
        // Answers that are none yet count too.
        let many = String(repeating: "HTTP/1.1 102 Wait\r\n\r\n", count: ReplyReader.headLimit / 20)
        #expect(read(many) == .malformed("too long a head"))
    }

    /// Nobody waits for the rest of a body without end; the connection goes with it.
    @Test func aBodyHasALimit() {
        let most = ReplyReader.bodyLimit
        let body = String(repeating: "x", count: most)
        let words = String(repeating: "x", count: HTTPReply.wordsLimit) + "…"
        guard case .done(let whole) = read("HTTP/1.1 200 OK\r\nContent-Length: \(most)\r\n\r\n" + body),
            case .done(let cut) = read("HTTP/1.1 200 OK\r\nContent-Length: \(most + 2)\r\n\r\n" + body + "x")
        else {
            Issue.record("it waits")
            return
        }
        #expect(whole.keepsAlive && whole.words == words)
        #expect(!cut.keepsAlive && cut.words == words)
        let line = String(repeating: "0", count: ReplyReader.chunkLineLimit)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(read(chunked + line + "1") == .malformed("a chunk without a length"))
    }

    /// What follows an answer belongs to nothing that was asked.
    @Test func anAnswerTooManyEndsTheConnection() {
        #expect(
            read("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n") == reply(204, "No Content", false)
        )
    }

    @Test func wordsAreOneSafeLine() {
        func words(_ body: String) -> String {
            HTTPReply(status: 400, reason: "Bad\tRequest", body: Array(body.utf8), keepsAlive: true).words
        }
        #expect(words("out of order\n  sample\r\n") == "out of order sample")
        #expect(words("\u{1b}[2J\u{7}x") == "\\x1b[2J\\x07x")
        #expect(words("") == "Bad Request")
        #expect(words("<html><style>p {}</style>") == "Bad Request")
        #expect(words(String(repeating: "é", count: 300)).utf8.count <= HTTPReply.wordsLimit + 3)
    }

    @Test func verdicts() {
        func verdict(_ status: Int) -> HTTPReply.Verdict {
            HTTPReply(status: status, reason: "", body: [], keepsAlive: true).verdict
        }
        for status in [200, 204, 299] { #expect(verdict(status) == .accepted) }
        for status in [408, 425, 429, 500, 502, 503, 504, 599] { #expect(verdict(status) == .later) }
        for status in [300, 301, 307, 400, 401, 403, 404, 413, 415, 422] { #expect(verdict(status) == .never) }
    }
}
