import Basics
import Config
import Diagnostics
import Glibc
import Status
import Store
import System
import Testing

@testable import Streaming
@testable import Transport

/// Every check of streaming protocol §3 over a real port, row by row: the bytes on the wire, the lines of both logs, and the
/// entry in the status document. All of it is in one file, for people: Fixtures/Streaming/receiver-refusals.txt. What the
/// checks mean in detail is in RefusalTests and OneAtATimeTests.
@Suite struct ReceiverTableTests {
    private struct Row {
        var name: String
        var request: String
        var stream = openStream
        var netdata = ramDatabase
        var rights = Rights.all
        /// Who streams already.
        var before: String?
    }

    private static let rows: [Row] = {
        let busy = ramDatabase + "[web]\n accept a streaming request every seconds = 8\n"
        let machine = openStream + "\n[\(machineGUID)]\n type = machine\n"
        return [
            Row(name: "0 the port has no right to stream", request: request(), rights: [.dashboard]),
            Row(name: "1 no key", request: request(key: nil)),
            Row(name: "1 an empty key", request: request(key: "")),
            Row(name: "2 no hostname", request: request(hostname: nil)),
            Row(name: "3 no machine GUID", request: request(guid: nil)),
            Row(name: "4 the key is no GUID", request: request(key: "secret-word")),
            Row(name: "5 the machine GUID is none", request: request(guid: "web01")),
            Row(name: "(2.11) impossible hops", request: request(more: "&hops=0")),
            Row(
                name: "6 the key is a machine's",
                request: request(key: other),
                stream: openStream + "\n[\(other)]\n type = machine\n enabled = yes\n"
            ),
            Row(name: "7 the key is unknown", request: request(key: "11111111-2222-3333-4444-555555555556")),
            Row(name: "7 the key is not enabled", request: request(), stream: "[\(goodKey)]\n enabled = no\n"),
            Row(
                name: "8 the key is not for this address",
                request: request(),
                stream: "[\(goodKey)]\n enabled = yes\n allow from = 10.*\n"
            ),
            Row(
                name: "9 the machine is a key",
                request: request(guid: other),
                stream: openStream + "\n[\(other)]\n type = api\n"
            ),
            Row(name: "10 the machine is not enabled", request: request(), stream: machine + " enabled = no\n"),
            Row(name: "11 the machine is not from here", request: request(), stream: machine + " allow from = 10.*\n"),
            Row(name: "12 too many at once", request: request(guid: other), netdata: busy, before: request()),
            Row(name: "13 connected already", request: request(), before: request()),
            Row(name: "13 connected already, by another name", request: request(hostname: "copy"), before: request()),
            Row(name: "14 this parent's own GUID", request: request(guid: parentGUID)),
            Row(name: "14 this parent's own GUID, in a circle", request: request(guid: parentGUID, more: "&hops=3")),
        ]
    }()

    @Test func theTable() throws {
        let text = try Self.rows.map(picture).joined(separator: "\n")
        let path =
            "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
            + "/Fixtures/Streaming/receiver-refusals.txt"
        if getenv("NDSTREAM_RECORD") != nil { try Files.write(Array(text.utf8), to: path) }
        let expected = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        for (line, wanted) in zip(text.split(separator: "\n"), expected.split(separator: "\n")) where line != wanted {
            #expect(line == wanted)
            break
        }
        #expect(text == expected)
    }

    private func picture(of row: Row) throws -> String {
        let parent = try LiveParent(configuration(stream: row.stream, netdata: row.netdata), rights: row.rights)
        defer { parent.stop() }
        let first = try row.before.map { try parent.accepted($0) }
        // The web server says goodbye to a stream that was accepted.
        if first != nil { #expect(soon { parent.accessLog.contains { $0.hasSuffix("'DISCONNECTED'") } }) }
        let logged = parent.accessLog.count
        parent.reports.forget()
        let child = try LiveChild(parent.port)
        child.send(row.request)
        var answers: [String] = []
        while case let answer = child.receive(), !answer.isEmpty { answers.append(answer) }
        child.leave()
        #expect(soon { parent.accessLog.dropFirst(logged).contains { $0.hasSuffix("'DISCONNECTED'") } }, "\(row.name)")
        let refused = try #require(parent.journal.refusals.last, "\(row.name)")
        #expect(parent.journal.refusals.count == 1 && !refused.fix.isEmpty, "\(row.name)")
        #expect(parent.parent.receiverCount == (first == nil ? 0 : 1))
        var lines = ["== \(row.name)"]
        // A child judges what one recv() brings: one answer, and the end.
        lines += answers.map { "wire    '\($0)'" } + ["wire    (closed)"]
        lines += parent.reports.lines.map { "error   " + withoutPorts($0) }
        lines += parent.accessLog.dropFirst(logged).map { "access  " + $0 }
        lines.append("status  \(refused.code) \(withoutPorts(refused.text))")
        let parts: [(String, String?)] = [
            ("hostname", refused.hostname), ("guid", refused.guid), ("key", refused.key), ("address", refused.address),
            ("decided_by", refused.decidedBy), ("nearest_key", refused.nearestKey),
        ]
        lines.append("status  " + parts.map { "\($0.0) \($0.1 ?? "-")" }.joined(separator: ", "))
        lines += refused.fix.map { "fix     " + withoutPorts($0) }
        return lines.joined(separator: "\n") + "\n"
    }
}
