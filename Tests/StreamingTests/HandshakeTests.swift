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

/// What a parent answers to recorded requests (streaming protocol §4, §5.4).
@Suite struct HandshakeTests {
    /// Hand-made requests against 1.37.1: numbers are answered as it did, masks with what we know of them.
    @Test(arguments: try! Recording.names(in: "versions", prefix: "parent137"))
    func versionsAreAnsweredAsRecorded(name: String) throws {
        let bench = ParentBench()
        let child = try bench.connect(from: "127.0.0.1")
        child.send(try Recording.request(name))
        #expect(child.answerPieces() == [try ours(Recording.reply(name))])
        #expect(child.isOpen)
    }

    /// All recorded sessions, also those that this parent would not have had: a mask is ANDed with ours.
    @Test(arguments: [
        ("01-v137-plain", UInt32(13_248)), ("02-v137-lz4", 14_272), ("03a-v137-replication-first-connection", 13_248),
        ("04-v137-child-memory-mode-none", 13_248), ("05-v137-lz4-large-chart", 14_272),
        ("11a-v137-child-to-proxy", 13_248),
        ("11b-v137-proxy-own-host-to-parent", 13_248), ("11c-v137-proxied-child-to-parent", 13_248),
        ("13b-v211-plain", 13_248), ("14-v211-zstd", 14_272), ("15-child211-parent137-lz4", 14_272),
        ("17-child137-parent211-lz4", 14_272), ("20-child211-reply14272-lz4", 14_272),
    ])
    func masksAreCutToOurs(name: String, mask: UInt32) throws {
        let bench = ParentBench()
        let child = try bench.connect(from: "127.0.0.1")
        child.send(try Recording.request(name))
        #expect(child.answers() == acceptance(mask))
        #expect(child.isOpen)
    }

    /// A parent without compression takes it out of what it answers (streaming protocol §5.2, step 4).
    @Test(arguments: [
        ("5", acceptance(4)), ("4", acceptance(4)), ("16376", acceptance(13_248)), ("469565432", acceptance(13_248)),
        ("2", "Hit me baby, push them over and bring the host labels..."), ("0", "Hit me baby, push them over..."),
    ])
    func withoutCompression(version: String, reply: String) throws {
        let bench = ParentBench(configuration(stream: openStream + "\n[stream]\n enable compression = no\n"))
        let child = try bench.connect()
        child.send(request(version: version))
        #expect(child.answers() == reply)
    }

    /// No mask is above ours, whatever is offered; and 6 and 7 are nothing.
    @Test(arguments: [
        ("4294967295", acceptance(14_272)), ("1073741824", "Hit me baby, push them over..."),
        ("4294967296", "Hit me baby, push them over..."), ("-1", "Hit me baby, push them over..."),
        ("7", "Hit me baby, push them over..."), ("abc", "Hit me baby, push them over..."),
        ("0x5", acceptance(5)), ("64", acceptance(64)),
    ])
    func strangeVersions(version: String, reply: String) throws {
        let bench = ParentBench()
        let child = try bench.connect()
        child.send(request(version: version))
        #expect(child.answers() == reply)
    }

    @Test(arguments: ["1", "3", "7"]) func anOldVersionHasNoCompression(version: String) throws {
        let bench = ParentBench()
        _ = try bench.accepted(request(version: version))
        let connection = try #require(try bench.host().status.withLock { $0.connection })
        #expect(connection.compressionReason == "child speaks version \(version), which has none")
    }

    /// The status document says what was agreed, and why nothing is compressed.
    @Test(
        arguments: [
            ("", "5", "lz4", nil), ("", "4", "none", "child disabled"), ("", "16376", "lz4", nil),
            ("[stream]\n enable compression = no\n", "5", "none", "parent disabled [stream] stream.conf:6"),
            (" enable compression = no\n", "5", "none", "parent disabled […5555] stream.conf:5"),
            (
                "[\(machineGUID)]\n enable compression = no\n", "5", "none",
                "parent disabled [\(machineGUID)] stream.conf:6"
            ),
            ("[\(machineGUID)]\n enable compression = yes\n", "5", "lz4", nil),
        ] as [(String, String, String, String?)]
    )
    func compressionIsExplained(more: String, version: String, compression: String, reason: String?) throws {
        let key = "[33333333-2222-3333-4444-555555555555]\n enabled = yes\n[\(goodKey)]\n enabled = yes\n"
        let bench = ParentBench(configuration(stream: key + more))
        _ = try bench.accepted(request(version: version))
        let connection = try #require(try bench.host().status.withLock { $0.connection })
        #expect(connection.compression == compression)
        #expect(connection.compressionReason == reason)
        #expect(connection.key == "…5555")
        #expect(connection.version == (version == "16376" ? nil : compression == "lz4" ? 5 : 4))
        if version == "16376" {
            #expect(
                connection.capabilities == [
                    "VCAPS", "HLABELS", "CLAIM", "CLABELS", "COMPRESSION", "REPLICATION", "BINARY",
                ]
            )
        }
    }

    /// 10900 is LZ4 1.9.0, the first that may be used (streaming protocol §6.1).
    @Test(arguments: [(10_899, acceptance(4), "parent disabled: LZ4 1.8.99 is too old"), (10_900, acceptance(5), nil)])
    func anOldLibraryDoesNotDecompress(version: Int, reply: String, reason: String?) throws {
        let bench = ParentBench(lz4Version: version)
        let child = try bench.connect()
        child.send(request(version: "5"))
        #expect(child.answers() == reply)
        #expect(try bench.host().status.withLock { $0.connection?.compressionReason } == reason)
    }

    private func ours(_ reply: String) -> String {
        guard let number = reply.split(separator: "=").last.flatMap({ UInt32($0) }), number > 7 else { return reply }
        return acceptance(number & 14_272)
    }
}
