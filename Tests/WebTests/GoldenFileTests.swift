import Basics
import Glibc
import System
import Testing

@testable import Transport
@testable import Web

/// The captured requests for files: same heads, of files of the same size and age (the captures leave the bodies out).
struct GoldenFileTests {
    static let captured = [
        "root", "host-slash", "host-file", "file-txt", "file-dir-noslash", "file-dir-slash", "file-missing",
        "file-doubleslash", "file-query", "gzip",
    ]

    /// What is answered in another way, and why.
    static let otherwise = [
        // A bad escape stays as it is written, so that it stands in no name of a file.
        "url-bad-percent": (400, "Filename contains invalid characters: %zz"),
        // HEAD is answered: monitoring asks with it whether a port is alive.
        "method-head": (200, ""),
    ]

    private static let directory = {
        let directory = FileDirectory()
        for (name, size) in [("index.html", 40_049), ("old/index.html", 129_301), ("robots.txt", 119)] {
            try! Files.write([UInt8](repeating: 65, count: size), to: directory.path + "/" + name)
            FileDirectory.setTime(directory.path + "/" + name, FileDirectory.modified)
        }
        return directory
    }()

    @Test(arguments: captured) func headsAreTheOriginals(_ name: String) throws {
        let pair = GoldenPair(folder: "live", name: name)
        let bench = Self.directory.bench()
        let request = try #require(HTTPRequest(.get, pair.target))
        let response = bench.service.answer(request)
        var policy = ServerPolicy()
        policy.gzip = GzipSettings()
        let turn = HTTPTurn(
            request: request,
            keepAlive: false,
            received: 0,
            gzip: name == "gzip" ? policy.gzip : nil,
            takesChunks: true
        )
        let answer = HTTPAnswer(policy: policy, now: 1_795_339_848, request: request, keepAlive: false)
        let head = String(decoding: answer.head(turn.delivery(of: response)), as: UTF8.self)
        var lines = head.split(separator: "\r\n").map(String.init)
        #expect(lines.removeFirst().hasPrefix("HTTP/1.1 \(pair.status) "))
        // What the original does not send: by these a browser asks again, and a cache knows whom its answer is for.
        let added = lines.filter { line in
            ["ETag: W/", "Last-Modified: Tue, 17 Jan 2023", "Vary: "].contains { line.hasPrefix($0) }
        }
        #expect(added.count == (pair.status == 200 ? 3 : 0))
        var expected = pair.fields
        if name == "gzip" {
            // 119 bytes are one packet, compressed or not.
            let framing = ["Content-Encoding: gzip", "Transfer-Encoding: chunked"]
            #expect(expected.suffix(2) == framing[...])
            expected = expected.dropLast(2) + ["Content-Length: 119"]
        }
        if pair.status != 200 {
            let body = pair.body.replacing("&#x2F;usr&#x2F;share&#x2F;netdata&#x2F;web", with: "ROOT")
            #expect(response.bodyText.replacing(htmlEscaped(Self.directory.path), with: "ROOT") == body)
            expected.removeAll { $0.hasPrefix("Content-Length: ") }
            lines.removeAll { $0.hasPrefix("Content-Length: ") }
        }
        #expect(lines.filter { !added.contains($0) } == expected)
    }

    @Test(arguments: otherwise.keys.sorted()) func exceptionsAreTheseOnly(_ name: String) throws {
        let target = GoldenPair.target(folder: "live", name: name)
        let method = name == "method-head" ? HTTPRequest.Method.head : .get
        let response = Self.directory.bench().get(target, method: method)
        let (status, text) = Self.otherwise[name]!
        #expect(response.status == status)
        if !text.isEmpty { #expect(response.bodyText == text) }
    }
}
