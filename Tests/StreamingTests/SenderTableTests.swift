import Basics
import Config
import Diagnostics
import Glibc
import NIOCore
import NIOEmbedded
import Status
import System
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// Everything that can come back to a request, and every connection that cannot be made: what the log says, what the
/// status document says, and when the next attempt is (streaming protocol §4, §4.1, §11). All of it is in one file, for
/// people: Fixtures/Streaming/sender-failures.txt.
@Suite struct SenderTableTests {
    /// How a case goes on after its bytes.
    enum End {
        case stays, closes, resets, isSilent
    }

    private struct Case {
        var name: String
        var bytes: [UInt8] = []
        var end = End.stays
        var failure: DialFailure?
    }

    private static func recorded(_ reply: String) throws -> Case {
        let child = reply == "init" ? "child211" : "child137"
        return Case(
            name: "reply " + reply,
            bytes: try Recording.bytes("child-vs-reply/\(child)-reply-\(reply).parent-to-child.bin")
        )
    }

    private static func refused(_ name: String) throws -> Case {
        Case(name: name, bytes: try Recording.bytes("refusals/\(name).parent-to-child.bin"))
    }

    private static func text(_ name: String, _ text: String, _ end: End = .stays) -> Case {
        Case(name: name, bytes: Array(text.utf8), end: end)
    }

    private static func answers() throws -> [Case] {
        let page = "Content-Type: text/html\r\nConnection: close\r\n\r\n<html><body>"
        let accepted = try ["v1", "v2", "v2n", "v3", "v4", "v5"].map { reply in
            Case(
                name: "reply " + reply,
                bytes: Array(try Recording.reply("child-vs-reply/child137-reply-" + reply).utf8)
            )
        }
        return try accepted + [text("reply of 1.37's mask", acceptance(10_176))]
            + ["denied", "busy", "dup", "localhost", "internal", "init", "http400"].map(recorded)
            + [text("reply vnode", Reply.virtualNode.text!)]
            + [
                "parent137-acl-port-not-streaming", "parent137-allow-streaming-from-denied",
                "parent211-acl-port-not-streaming", "parent137-tls-force-plaintext-child",
                "parent211-tls-force-plaintext-child", "parent137-busy-second", "parent137-unknown-key",
                "parent211-already-streaming",
            ].map(refused) + [
                text("closed without a word (1.33 refusing)", "", .closes), text("reset without a word", "", .resets),
                text("silence", "", .isSilent),
                text("nginx 400", "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\(page)"),
                text("nginx 404", "HTTP/1.1 404 Not Found\r\nServer: nginx/1.22.1\r\n\(page)"),
                text(
                    "redirect",
                    "HTTP/1.1 301 Moved Permanently\r\nlocation: https://parent/\r\nserver: Caddy\r\n\(page)"
                ),
                text("haproxy 502", "HTTP/1.0 502 Bad Gateway\r\nCache-Control: no-cache\r\n\(page)"),
                text("half a web server", "HTTP/1.1 400 Bad Request\r\nServer: slow", .isSilent),
                Case(name: "TLS alert", bytes: [0x15, 3, 1, 0, 2, 2, 40]),
                Case(name: "TLS handshake", bytes: [0x16, 3, 3, 0, 0x7a, 2, 0, 0, 0x76, 3, 3, 0xff]),
                text("SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
                text("redis", "-ERR unknown command 'STREAM'\r\n"),
                Case(name: "garbage", bytes: [0, 0xff, 0x80, 0x1b, 0x5b, 0x32, 0x4a]),
                text("denied with a newline", Reply.denied.text! + "\n"),
                text("denied, cut", String(Reply.denied.text!.dropLast()), .closes),
                text("a version that is none", "Hit me baby, push them over with the version=5x"),
                text("a version that is far too long", acceptance(5) + String(repeating: "0", count: 30)),
            ]
    }

    private static func connections() -> [Case] {
        let numbers = [
            ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EACCES, EPERM, ENOENT, EMFILE,
            EAFNOSUPPORT,
            ECONNRESET,
        ]
        let names: [NameResolver.Failure] = [
            .init(host: "parent", port: "19999", reason: "Name or service not known", number: EAI_NONAME),
            .init(
                host: "parent",
                port: "nosuch",
                reason: "Servname not supported for ai_socktype",
                number: EAI_SERVICE
            ),
            .init(host: "parent", port: "19999", reason: "Temporary failure in name resolution", number: EAI_AGAIN),
            .init(host: "parent", port: "19999", reason: "the resolver does not answer"),
        ]
        return numbers.map { number in
            Case(
                name: "errno \(number)",
                failure: DialFailure(IOError(errnoCode: number, reason: "connect"), host: "10.0.0.1", port: "19999")
            )
        } + names.map { Case(name: "resolver \($0.number)", failure: DialFailure($0)) }
    }

    @Test func theTable() throws {
        let cases = try Self.answers() + Self.connections()
        let text = try cases.map { try picture(of: $0) }.joined(separator: "\n")
        let path =
            "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
            + "/Fixtures/Streaming/sender-failures.txt"
        if getenv("NDSTREAM_RECORD") != nil { try Files.write(Array(text.utf8), to: path) }
        let expected = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        for (line, wanted) in zip(text.split(separator: "\n"), expected.split(separator: "\n")) where line != wanted {
            #expect(line == wanted)
            break
        }
        #expect(text == expected)
    }

    /// Every case with the dice at both ends: the delay's bounds.
    private func picture(of one: Case) throws -> String {
        let shortest = try outcome(of: one, random: 0)
        // Of the dice that show the most for one kind of failure, its own make the longest delay.
        let spreads = Set(
            ConnectFailure.allCases.map { UInt64($0.longestDelay - ConnectFailure.shortestDelay) * 1_000_000 }
        )
        let longest = try spreads.compactMap { try outcome(of: one, random: $0).delay }.max()
        var lines = ["== \(one.name)"]
        if one.failure == nil { lines.append("heard   '\(evidenceText(one.bytes))'") }
        // The lines are the same but for the delay in one of them.
        lines += shortest.log.map { "log     " + $0 }
        lines += shortest.link.map { "link    " + $0 }
        if let first = shortest.delay, let last = longest { lines.append("retry   in \(first)…\(last) s") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func outcome(of one: Case, random: UInt64) throws -> (log: [String], link: [String], delay: Int?) {
        let bench = try SenderBench(random: random)
        bench.collect("a.b")
        bench.reports.forget()
        if let failure = one.failure {
            try bench.fail(failure)
        } else {
            let parent = try bench.connect()
            bench.reports.forget()
            if !one.bytes.isEmpty { parent.send(one.bytes) }
            switch one.end {
            case .stays: break
            case .closes: parent.leave()
            case .resets: parent.channel.pipeline.fireErrorCaught(IOErrorMaker.reset)
            case .isSilent: bench.wait(seconds: one.bytes.isEmpty ? 60 : 2)
            }
        }
        let link = bench.link
        var about = ["state \(link.state.rawValue), attempts \(link.attempts ?? -1)"]
        if let error = link.lastError {
            about.append("last_error \(error.code) \(error.text)")
            if let evidence = error.evidence { about.append("evidence '\(evidence)'") }
        }
        about += link.candidates.map { "candidate \($0.destination) \($0.state ?? "-") \($0.code ?? "-")" }
        #expect((link.state == .waiting) == (link.retryAt != nil), "\(one.name)")
        #expect(link.candidates.allSatisfy { ($0.state == "skipped") == ($0.skippedUntilAt != nil) }, "\(one.name)")
        for event in bench.reports.events where event.condition.severity > .info {
            #expect(!event.condition.fix.isEmpty && !event.condition.causes.isEmpty)
        }
        return (bench.reports.lines, about, bench.retryIn.map { Int($0.rounded()) })
    }
}
