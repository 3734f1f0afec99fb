import Testing

@testable import Transport

/// What becomes of an answer for one client: compressed, its head alone, or nothing new.
@Suite struct HTTPDeliveryTests {
    private let text = Array(String(repeating: "All work and no play. ", count: 200).utf8)

    private func turn(
        _ fields: [(String, String)] = [],
        method: HTTPRequest.Method = .get,
        gzip: GzipSettings? = GzipSettings(),
        takesChunks: Bool = true
    ) throws -> HTTPTurn {
        let fields = HTTPFields(fields.map { (name: $0.0, value: $0.1) })
        let request = try #require(HTTPRequest(method, "/x", fields: fields))
        return HTTPTurn(
            request: request,
            keepAlive: true,
            received: 0,
            gzip: HTTPTurn.acceptsGzip(fields) ? gzip : nil,
            takesChunks: takesChunks
        )
    }

    private func lines(_ delivery: HTTPDelivery, _ turn: HTTPTurn, gzip: Bool = true) -> [String] {
        var policy = ServerPolicy()
        if gzip { policy.gzip = GzipSettings() }
        let answer = HTTPAnswer(policy: policy, now: 1_795_339_848, request: turn.request, keepAlive: true)
        return String(decoding: answer.head(delivery), as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    // MARK: gzip

    @Test(arguments: [
        ("gzip", true), ("gzip, deflate", true), ("deflate, gzip;q=0.5", true), ("GZIP", true), ("x-gzip", true),
        ("br;q=1.0, gzip ; q=1", true), ("\tgzip", true), ("", false), ("deflate", false), ("br", false),
        ("gzip;q=0", false), ("gzip; q=0.000", false), ("*", false), ("gzipped", false), ("identity", false),
        (",,;;,", false),
    ])
    func clientsSayWhatTheyCanRead(_ value: String, _ accepts: Bool) {
        #expect(HTTPTurn.acceptsGzip(HTTPFields([("accept-encoding", value)])) == accepts)
    }

    @Test(arguments: 1...9) func everyLevelComesBack(level: Int) throws {
        for strategy in ["default", "filtered", "huffman only", "rle", "fixed", "nonsense"] {
            let settings = GzipSettings(level: level, strategy: GzipSettings.Strategy(word: strategy))
            let bytes = try #require(GzipStream.compress(text, settings))
            #expect(gunzip(bytes) == text && bytes.count < text.count)
        }
    }

    @Test func levelsAndStrategiesCount() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 97) }
        func size(_ level: Int, _ word: String) throws -> Int {
            try #require(GzipStream.compress(bytes, GzipSettings(level: level, strategy: .init(word: word)))).count
        }
        #expect(try size(9, "default") < size(1, "default"))
        #expect(try size(3, "huffman only") != size(3, "default") && size(3, "rle") != size(3, "default"))
        #expect(GzipSettings(level: 0).level == 1 && GzipSettings(level: 10).level == 9)
    }

    @Test(arguments: [0, 1, 255, 65_535, 65_536, 65_537, 1 << 20]) func anyLengthComesBack(count: Int) throws {
        var state: UInt64 = 4711
        let bytes = (0..<count).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        #expect(gunzip(try #require(GzipStream.compress(bytes, GzipSettings()))) == bytes)
    }

    @Test func aCompressedAnswerSaysSo() throws {
        let turn = try turn([("Accept-Encoding", "gzip")])
        let delivery = turn.delivery(of: HTTPResponse(body: text))
        #expect(gunzip(delivery.body) == text && delivery.whole == text.count && delivery.sent == delivery.body.count)
        #expect(
            lines(delivery, turn).suffix(2) == ["Content-Encoding: gzip", "Content-Length: \(delivery.body.count)"]
        )
        let plain = try self.turn().delivery(of: HTTPResponse(body: text))
        #expect(plain.body == text && !plain.isCompressed)
        let off = try self.turn([("Accept-Encoding", "gzip")], gzip: nil).delivery(of: HTTPResponse(body: text))
        #expect(off.body == text && !off.isCompressed)
    }

    @Test(arguments: [255, 256]) func shortBodiesStayAsTheyAre(count: Int) throws {
        let body = [UInt8](repeating: 65, count: count)
        let delivery = try turn([("Accept-Encoding", "gzip")]).delivery(of: HTTPResponse(body: body))
        #expect(delivery.isCompressed == (count == 256))
        #expect((gunzip(delivery.body) ?? delivery.body) == body)
    }

    @Test(arguments: [
        ("text/html; charset=utf-8", true), ("text/plain; version=0.0.4", true),
        ("application/json; charset=utf-8", true), ("application/x-javascript; charset=utf-8", true),
        ("image/svg+xml", true), ("image/png", false), ("application/font-woff2", false),
        ("application/octet-stream", false),
    ])
    func whatIsCompressedAlreadyStaysAsItIs(_ type: String, _ isCompressed: Bool) throws {
        let response = HTTPResponse(contentType: type, body: text)
        #expect(try turn([("Accept-Encoding", "gzip")]).delivery(of: response).isCompressed == isCompressed)
    }

    /// What takes long is no event loop's.
    @Test func longBodiesAreWork() throws {
        let turn = try turn([("Accept-Encoding", "gzip")])
        let limit = HTTPTurn.compressedOnLoop
        #expect(!turn.isWork(HTTPResponse(body: [UInt8](repeating: 65, count: limit))))
        let long = HTTPResponse(body: [UInt8](repeating: 65, count: limit + 1))
        #expect(turn.isWork(long))
        #expect(try !self.turn().isWork(long))
        let page = StaticPage(contentType: HTTPResponse.html, body: long.body).response
        #expect(turn.isWork(page))
        _ = turn.delivery(of: page)
        #expect(!turn.isWork(page))
    }

    /// Its second answer is the first one's bytes.
    @Test func aPageIsCompressedOnce() throws {
        let page = StaticPage(contentType: HTTPResponse.html, body: text, fields: [("X-Own", "yes")]).response
        let fast = try turn([("Accept-Encoding", "gzip")], gzip: GzipSettings(level: 1)).delivery(of: page)
        let small = try turn([("Accept-Encoding", "gzip")], gzip: GzipSettings(level: 9)).delivery(of: page)
        #expect(fast.body == small.body && gunzip(small.body) == text)
        #expect(page.isCacheable && page.tag == Fingerprint.of(text))
    }

    // MARK: Conditions

    @Test func tagsAreMadeOfTheBody() throws {
        let response = HTTPResponse(body: text, isCacheable: true)
        let turn = try turn()
        let delivery = turn.delivery(of: response)
        let tag = try #require(delivery.response.tag)
        #expect(lines(delivery, turn, gzip: false).contains("ETag: W/\"\(tag)\""))
        #expect(lines(delivery, turn).contains("Vary: Accept-Encoding, Origin"))
        #expect(try self.turn().delivery(of: HTTPResponse(body: text + [1], isCacheable: true)).response.tag != tag)
        #expect(try self.turn().delivery(of: HTTPResponse(body: text)).response.tag == nil)
        #expect(turn.delivery(of: HTTPResponse(status: 404, body: text, isCacheable: true)).response.tag == nil)
    }

    @Test(arguments: [
        ("W/\"abc\"", true), ("\"abc\"", true), ("\"x\", W/\"abc\"", true), ("*", true), ("\"x\" , \"abc\" ", true),
        ("abc", false), ("\"abcd\"", false), ("W/\"ABC\"", false), ("", false), ("w/\"abc\"", false),
    ])
    func whoHasItGetsNothing(_ value: String, _ isKnown: Bool) throws {
        var response = HTTPResponse(body: text, isCacheable: true, modified: 0, fields: [("X-Own", "yes")])
        response.tag = "abc"
        for method in [HTTPRequest.Method.get, .head] {
            let turn = try turn([("If-None-Match", value), ("Accept-Encoding", "gzip")], method: method)
            let delivery = turn.delivery(of: response)
            #expect(delivery.response.status == (isKnown ? 304 : 200))
            guard isKnown else { continue }
            #expect(
                lines(delivery, turn) == [
                    "HTTP/1.1 304 Not Modified", "Connection: keep-alive",
                    "Server: Netdata Embedded HTTP Server v1.37.1", "Access-Control-Allow-Origin: *",
                    "Access-Control-Allow-Credentials: true", "Content-Type: text/plain; charset=utf-8",
                    "Date: Thu, 01 Jan 1970 00:00:00 GMT", "Cache-Control: public",
                    "Expires: Mon, 23 Nov 2026 09:30:48 GMT", "X-Own: yes", "ETag: W/\"abc\"",
                    "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT", "Vary: Accept-Encoding, Origin",
                ]
            )
            #expect(delivery.body.isEmpty && delivery.pieces == nil && delivery.hasEnd && delivery.sent == 0)
        }
    }

    @Test func timesCountWhereNoTagIsSent() throws {
        var response = HTTPResponse(body: text, isCacheable: true, modified: 1_673_978_173)
        response.tag = "abc"
        func status(_ fields: [(String, String)]) throws -> Int {
            try turn(fields).delivery(of: response).response.status
        }
        #expect(try status([("If-Modified-Since", "Tue, 17 Jan 2023 17:56:13 GMT")]) == 304)
        #expect(try status([("If-Modified-Since", "Tue, 17 Jan 2023 17:56:14 GMT")]) == 200)
        #expect(try status([("If-Modified-Since", "nonsense")]) == 200)
        #expect(
            try status([("If-Modified-Since", "Tue, 17 Jan 2023 17:56:13 GMT"), ("If-None-Match", "\"x\"")]) == 200
        )
        response.modified = nil
        #expect(try status([("If-Modified-Since", "Tue, 17 Jan 2023 17:56:13 GMT")]) == 200)
    }

    /// What must not be kept is sent anew each time.
    @Test func onlyWhatMayBeKeptIsKnown() throws {
        let turn = try turn([("If-None-Match", "*")])
        #expect(turn.delivery(of: HTTPResponse(body: text)).response.status == 200)
        #expect(turn.delivery(of: HTTPResponse(status: 404, body: text, isCacheable: true)).response.status == 404)
        let post = try self.turn([("If-None-Match", "*")], method: .post)
        #expect(post.delivery(of: HTTPResponse(body: text, isCacheable: true)).response.status == 200)
    }

    @Test func headIsTheHeadOfGet() throws {
        let response = HTTPResponse(body: text, isCacheable: true)
        let get = try turn()
        let head = try turn(method: .head)
        #expect(lines(head.delivery(of: response), head) == lines(get.delivery(of: response), get))
        #expect(head.delivery(of: response).body.isEmpty && head.delivery(of: response).hasEnd)
        let piecewise = HTTPResponse(pieces: HTTPPieces(count: 1 << 30) { _, _ in nil })
        let delivery = head.delivery(of: piecewise)
        #expect(delivery.framing == .length(1 << 30) && delivery.pieces == nil)
    }

    // MARK: Pieces

    @Test(arguments: [1, HTTPPieces.size, HTTPPieces.size + 1, 3 * HTTPPieces.size + 7])
    func piecesAreTheWhole(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let response = HTTPResponse(pieces: HTTPPieces(count: count) { Array(bytes[$0..<($0 + $1)]) })
        func read(_ delivery: HTTPDelivery) throws -> [UInt8] {
            let reader = try #require(delivery.pieces)
            var all: [UInt8] = []
            while let piece = reader.next(), !piece.isEmpty { all += piece }
            #expect(reader.next() == [])
            return all
        }
        let plain = try turn().delivery(of: response)
        #expect(try read(plain) == bytes && plain.framing == .length(count))
        guard count >= HTTPDelivery.leastCompressed else { return }
        let compressed = try turn([("Accept-Encoding", "gzip")]).delivery(of: response)
        #expect(compressed.framing == .chunked && compressed.isCompressed)
        #expect(unchunked(try read(compressed)[...]).flatMap(gunzip) == bytes)
        // Before HTTP/1.1 nobody knew chunks.
        let old = try turn([("Accept-Encoding", "gzip")], takesChunks: false).delivery(of: response)
        #expect(try read(old) == bytes && old.framing == .length(count))
    }

    @Test func aPieceThatIsMissingEndsIt() throws {
        for short in [[UInt8]?.none, [1, 2, 3]] {
            let pieces = HTTPPieces(count: HTTPPieces.size + 10) { $0 == 0 ? [UInt8](repeating: 65, count: $1) : short }
            let reader = HTTPPieceReader(pieces)
            #expect(reader.next()?.count == HTTPPieces.size)
            #expect(reader.next() == nil)
        }
    }

    // MARK: Other lines

    @Test func answersSayWhetherTheyTrack() {
        var policy = ServerPolicy()
        func lines(_ response: HTTPResponse) -> [String] {
            let answer = HTTPAnswer(policy: policy, now: 0, request: nil, keepAlive: false)
            return String(decoding: answer.head(response), as: UTF8.self).split(separator: "\r\n").map(String.init)
        }
        let cookies = HTTPResponse(
            body: [65],
            fields: [("Refresh", "5"), ("Set-Cookie", "a=b"), ("set-cookie", "c=d"), ("Set-Cookie", "e\r\nX: y")]
        )
        #expect(!lines(.text(200, "x")).contains { $0.hasPrefix("Tk:") })
        policy.respectsDoNotTrack = true
        policy.frameOptions = "DENY\r\nX-Injected: yes"
        #expect(lines(.text(200, "x"))[7] == "Tk: N")
        #expect(Array(lines(cookies)[7...9]) == ["Set-Cookie: a=b", "set-cookie: c=d", "Tk: T;cookies"])
        #expect(lines(cookies).contains("Refresh: 5"))
        #expect(!lines(cookies).contains { $0.contains("Injected") || $0.hasPrefix("X:") })
    }

    @Test func fingerprintsDiffer() {
        var seen: Set<String> = []
        for count in 0...64 {
            for last in [UInt8(0), 1, 128] {
                let bytes = count == 0 ? [] : [UInt8](repeating: 0, count: count - 1) + [last]
                seen.insert(Fingerprint.of(bytes))
            }
        }
        #expect(seen.count == 1 + 64 * 3)
        #expect(seen.allSatisfy { $0.utf8.count == 16 })
    }
}

extension HTTPResponse {
    fileprivate init(pieces: HTTPPieces) {
        self.init(body: [])
        self.pieces = pieces
    }
}
