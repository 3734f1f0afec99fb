import Basics
import Config
import Diagnostics
import NIOCore
import NIOEmbedded
import Status
import Store
import Synchronization
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

@Suite struct RecordedRefusalTests {
    /// The recorded refusals of 1.37.1, byte for byte.
    @Test(arguments: try! Recording.names(in: "refusals", prefix: "parent137"))
    func recordedRefusals(name: String) throws {
        let what = name.dropFirst("refusals/parent137-".count)
        // HTTP, TLS and lists of connections are decided before any streaming code is asked.
        guard !what.hasPrefix("acl-get"), !what.hasPrefix("tls"), what != "allow-connections-from-denied" else {
            return
        }
        let stream =
            openStream
                + """

                [dddddddd-0137-11ee-8000-000000000001]
                    type = machine
                    enabled = no
                [dddddddd-0137-11ee-8000-000000000002]
                    type = machine
                    allow from = 10.1.2.3
                [dddddddd-0137-11ee-8000-000000000003]
                    type = machine
                """
        let head = try Recording.request(name)
        let text = String(decoding: head, as: UTF8.self)
        let key = text.parameter("key")
        let guid = text.parameter("machine_guid")
        var sections = stream
        switch what {
        case "key-wrong-ip": sections += "\n[\(key)]\n enabled = yes\n allow from = 10.1.2.3\n"
        case "guid-is-api": sections += "\n[\(guid)]\n type = api\n enabled = yes\n"
        case "guid-disabled": sections += "\n[\(guid)]\n type = machine\n enabled = no\n"
        default: break
        }
        let netdata =
            ramDatabase + (what == "busy-second" ? "[web]\n accept a streaming request every seconds = 8\n" : "")
        let bench = ParentBench(configuration(stream: sections, netdata: netdata))
        if what == "busy-second" { _ = try bench.accepted() }
        if what == "already-streaming" {
            try bench.connect().send(try Recording.request("versions/parent137-first-of-two"))
            #expect(bench.verdict == .accepted)
        }
        let noStreams = what == "acl-port-not-streaming" || what == "allow-streaming-from-denied"
        let child = try bench.connect(from: "127.0.0.1", rights: noStreams ? [.dashboard] : .all)
        child.send(head)
        #expect(
            child.answerPieces() == [
                String(decoding: try Recording.bytes(name + ".parent-to-child.bin"), as: UTF8.self)
            ]
        )
        #expect(!child.isOpen)
    }
}

extension String {
    /// The value of a parameter of a request.
    fileprivate func parameter(_ name: String) -> String {
        split { "&? ".contains($0) }.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
            ?? ""
    }
}
