import Basics
import Config
import Diagnostics
import NIOEmbedded
import Status
import Store
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// What a sender makes of every answer there is (streaming protocol §4, Captures/child-vs-reply).
@Suite struct SenderReplyTests {
    @Test(arguments: [
        "The server is too busy now to accept this request. Try later.\n",
        "You are not allowed to access this resource.",
        "Hit me baby, push them over with the version=", "Hit me baby, push them over with the version=5x", "\u{0}",
        "Hit me baby, push them over with the version=99999999999", "SSH-2.0-OpenSSH_9.2p1\r\n",
    ])
    func whatIsNoReply(answer: String) throws {
        let bench = try SenderBench()
        bench.collect("a.b")
        let parent = try bench.connect()
        parent.send(answer)
        // Some of them could go on.
        bench.wait(seconds: 2)
        #expect(!parent.isOpen)
        #expect(bench.reports.count(.parentForbidsPort) == 1)
        #expect(bench.link.lastError?.evidence == evidenceText(answer.utf8))
        #expect(bench.link.state == .waiting)
    }

    /// A long stranger's answer is shown by its beginning.
    @Test func evidenceIsShort() throws {
        let bench = try SenderBench()
        bench.collect("a.b")
        try bench.connect().send("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 60_000))
        #expect(bench.link.lastError?.evidence?.utf8.count ?? 0 < 120)
        #expect(bench.link.lastError?.evidence?.hasPrefix("HTTP/1.1 200 OK\\x0d\\x0a") == true)
    }

    @Test func theEndBeforeAReply() throws {
        let bench = try SenderBench(random: 25_000_000)
        bench.collect("a.b")
        let parent = try bench.connect()
        parent.leave()
        #expect(bench.reports.texts.contains("STREAM web01 [send to parent:19999]: remote netdata does not respond."))
        #expect(bench.link.lastError?.code == "ND-C76")
        #expect(bench.retryIn == 30)
    }

    /// Silence ends after `timeout seconds`.
    @Test(arguments: [("", 60), (" timeout seconds = 7\n", 7)] as [(String, Int64)])
    func silence(option: String, seconds: Int64) throws {
        let bench = try SenderBench(option)
        bench.collect("a.b")
        #expect(bench.dialTimeout == seconds * 1_000_000)
        let parent = try bench.connect()
        bench.wait(seconds: seconds - 1)
        #expect(parent.isOpen)
        #expect(bench.link.state == .handshake)
        bench.wait(seconds: 1)
        #expect(!parent.isOpen)
        #expect(bench.link.lastError?.code == "ND-C75")
        #expect(bench.link.lastError?.text.hasSuffix("no answer within \(seconds) seconds.") == true)
        #expect(bench.retryIn == 5)
        // A reply that comes too late changes nothing.
        parent.send(acceptance(5))
        #expect(bench.link.state == .waiting)
    }

    @Test(arguments: [
        (
            "v1", "", false,
            "established communication with a parent using protocol version 0 - ready to send metrics..."
        ),
        (
            "v2", "", false,
            "established communication with a parent using protocol version 2 - ready to send metrics..."
        ),
        (
            "v2n", "", false,
            "established communication with a parent using protocol version 2 - ready to send metrics..."
        ),
        (
            "v3", "", false,
            "established communication with a parent using protocol version 3 - ready to send metrics..."
        ),
        (
            "v4", "", false,
            "established communication with a parent using protocol version 4 - ready to send metrics..."
        ),
        ("v5", "", true, "established communication with a parent using protocol version 5 - ready to send metrics..."),
        (
            "vcaps", "", false,
            "established link with negotiated capabilities: VCAPS HLABELS CLAIM CLABELS REPLICATION BINARY "
        ),
    ])
    func recordedAcceptances(reply: String, option: String, isCompressed: Bool, text: String) throws {
        let bench = try SenderBench(option)
        bench.collect("a.b")
        let parent = try bench.connect()
        #expect(bench.link.state == .handshake)
        bench.reports.forget()
        let recorded = try Recording.reply("child-vs-reply/child137-reply-" + reply)
        parent.send(recorded)
        let uncompressed =
            "Stream is uncompressed! One of the agents (parent:19999 <-> web01) does not support compression OR compression "
            + "is disabled."
        #expect(
            bench.reports.texts == ["STREAM web01 [send to parent:19999]: " + text]
                + (isCompressed ? [] : [uncompressed])
        )
        #expect(bench.link.state == .live)
        #expect(bench.link.compression == (isCompressed ? "lz4" : "none"))
        #expect(bench.link.attempts == 0)
        bench.collect("a.b")
        let replicates = reply == "vcaps"
        if replicates {
            parent.send("REPLAY_CHART \"a.b\" \"true\" 0 0\n")
            bench.collect("a.b")
        }
        #expect(bench.reports.texts.last == "STREAM web01 [send]: sending metrics to parent...")
        let bytes = parent.takeBytes()
        #expect((bytes.contains(0xfa)) == isCompressed)
        // The commands of the recordings' parent: each is told, and only what was agreed on is obeyed.
        bench.reports.forget()
        let all = String(
            decoding: try Recording.bytes("child-vs-reply/child137-reply-\(reply).parent-to-child.bin"),
            as: UTF8.self
        )
        parent.send(String(all.dropFirst(recorded.count)))
        let say = "STREAM web01 [send to parent:19999]: received unknown command over connection: "
        #expect(
            bench.reports.texts == [
                say + "FUNCTION tx-1 5 \"demo-local a b\"", say + "NOSUCH x y", say + "FUNCTION tx-2 5 \"nosuchfn\"",
            ] + (replicates ? [] : [say + "REPLAY_CHART \"no.such\" \"true\" 0 0"])
        )
        let now = bench.clock.now() / 1_000_000
        #expect(parent.lines() == (replicates ? ["RBEGIN \"no.such\"", "REND 0 0 0 true 0 0 \(now)"] : []))
        #expect(parent.isOpen)
    }

    /// What each version knows of what is said first (streaming protocol §8, trap 9).
    @Test(arguments: [
        ("v1", ["VARIABLE HOST cores = 2.0000000"]),
        ("v2", ["VARIABLE HOST cores = 2.0000000", "LABEL \"_os_name\" = 1 \"Debian\"", "OVERWRITE labels"]),
        (
            "v3",
            [
                "VARIABLE HOST cores = 2.0000000", "CLAIMED_ID \(machineGUID) \(goodKey)",
                "LABEL \"_os_name\" = 1 \"Debian\"", "OVERWRITE labels",
            ]
        ),
    ])
    func theIntroduction(reply: String, lines: [String]) throws {
        var identity = HostIdentity(hostname: "web01", labels: [Label(key: "_os_name", value: "Debian", source: 1)])
        identity.claimID = goodKey
        let bench = try SenderBench(identity: identity)
        bench.host.withDatabase { _ = $0.setHostVariable("cores", 2) }
        bench.collect("a.b")
        let parent = try bench.connect()
        _ = parent.take()
        parent.send(try Recording.reply("child-vs-reply/child137-reply-" + reply))
        #expect(parent.lines() == lines)
    }

    /// The request (streaming protocol §2).
    @Test func theRequest() throws {
        var identity = HostIdentity(
            hostname: "web 01&x",
            registryHostname: "reg",
            os: "linux",
            timezone: "Europe/Berlin"
        )
        identity.abbreviatedTimezone = "CET"
        identity.utcOffset = 3600
        identity.programName = "ndstream"
        identity.programVersion = "v1.2"
        identity.systemInformation = [("NETDATA_HOST_OS_NAME", "Debian GNU/Linux")]
        let bench = try SenderBench(identity: identity)
        bench.collect("a.b")
        let text = try bench.connect().take()
        #expect(
            text
                == "STREAM key=\(goodKey)&hostname=web+01%26x&registry_hostname=reg&machine_guid=\(machineGUID)&update_every=1"
                + "&os=linux&timezone=Europe%2fBerlin&abbrev_timezone=CET&utc_offset=3600&hops=1&ml_capable=0&ml_enabled=0"
                + "&mc_version=0&tags=&ver=14328&NETDATA_SYSTEM_OS_NAME=Debian+GNU%2fLinux&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\n"
                + "User-Agent: ndstream/v1.2\r\nAccept: */*\r\n\r\n"
        )
    }

    @Test func withoutCompressionTheMaskSaysSo() throws {
        let bench = try SenderBench(" enable compression = no\n")
        bench.collect("a.b")
        let parent = try bench.connect()
        #expect(parent.take().contains("&ver=13304&"))
        parent.send(acceptance(5))
        #expect(bench.link.compression == "none")
        // It was this end's own wish.
        #expect(bench.reports.count(.uncompressed) == 0)
    }

    /// Libraries before 1.9.0 decode what they shouldn't (streaming protocol §6.1): 10900 is 1.9.0.
    @Test(arguments: [(10_899, "&ver=13304&", "none"), (10_900, "&ver=14328&", "lz4")])
    func anOldLibraryDoesNotCompress(version: Int, offer: String, compression: String) throws {
        let bench = try SenderBench(lz4Version: version)
        bench.collect("a.b")
        let parent = try bench.connect()
        #expect(parent.take().contains(offer))
        parent.send(acceptance(5))
        #expect(bench.link.compression == compression)
    }

    @Test func aConnectionThatCannotBeMade() throws {
        let bench = try SenderBench(" reconnect delay seconds = 9\n", destination: "one:1 two")
        bench.collect("a.b")
        bench.reports.forget()
        try bench.refuseConnection()
        #expect(
            bench.reports.texts.prefix(2) == [
                "Failed to connect to '10.0.0.1', port '19999' (errno 111, Connection refused)",
                "STREAM web01 [send to one:1]: failed to connect",
            ]
        )
        // The next of the list is tried at once, and called by its own name.
        #expect(bench.dialled == ["one:1", "two"])
        #expect(bench.reports.texts.last == "STREAM web01: attempting to connect to 'two' (default port: 19999)...")
        #expect(bench.link.destination == "two")
        try bench.refuseConnection()
        #expect(bench.link.lastError?.code == "ND-C78")
        #expect(bench.link.candidates.map(\.state) == ["skipped", "skipped"])
        #expect(bench.retryIn == 9)
        bench.wait(seconds: 9)
        #expect(bench.dialled == ["one:1", "two", "one:1"])
    }

    @Test func theOperatorsSignalRetriesNow() throws {
        let bench = try SenderBench(random: .max)
        bench.collect("a.b")
        try bench.connect().send(try Self.recorded("localhost"))
        #expect(bench.link.state == .waiting)
        bench.sender.retryNow()
        bench.loop.run()
        #expect(bench.link.state == .connecting)
        #expect(bench.dialled.count == 2)
    }

    private static func recorded(_ reply: String) throws -> String {
        let child = reply == "init" ? "child211" : "child137"
        return String(
            decoding: try Recording.bytes("child-vs-reply/\(child)-reply-\(reply).parent-to-child.bin"),
            as: UTF8.self
        )
    }
}
