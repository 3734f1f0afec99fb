import Status
import Testing

@testable import TUI

/// `--status`: the document as text.
@Suite struct StatusTextTests {
    /// What happens to links, with everything that a line of them can say.
    private func document() -> StatusDocument {
        var document = sampleDocument()
        document.node.role = .proxy
        document.node.fileDescriptors = 42
        document.node.fileDescriptorsMax = 1024
        document.node.threads = 7
        document.node.configDirectory = "/etc/ndstream"
        document.node.configProblems = 2
        document.node.databaseMode = "ram"
        document.node.compression = true
        document.node.tls = .off
        document.totals?.outBytesPerSecond = 52_000
        document.hosts[2].replication?.chartsLeft = 12
        document.hosts[2].replication?.remainingSeconds = 95
        document.hosts[6].expiresAt = sampleNow + 7200
        document.hosts[7].dropped = ["gaps": 3]
        var live = StatusDocument.Link(hostGUID: document.hosts[5].guid, state: .live)
        live.destination = "10.9.9.9:19999"
        live.compression = "lz4"
        live.outBytesPerSecond = 5_200
        live.bufferBytes = 0
        live.bufferMaxBytes = 10_485_760
        var waiting = StatusDocument.Link(hostGUID: document.hosts[0].guid, state: .waiting)
        waiting.destination = "10.9.9.8:19999"
        waiting.retryAt = sampleNow + 12
        waiting.attempts = 4
        waiting.droppedSamples = 310
        waiting.lastError = .init(
            at: sampleNow - 3,
            code: "ND-C9",
            text: "the far end is a web server, no Netdata",
            evidence: "HTTP/1.1 400 Bad Request\\r\\nServer: nginx"
        )
        var other = StatusDocument.Candidate(destination: "10.9.9.7:19999")
        other.state = "refused"
        other.code = "ND-F7"
        other.skippedUntilAt = sampleNow + 60
        waiting.candidates = [StatusDocument.Candidate(destination: "10.9.9.8:19999"), other]
        document.links = [waiting, live]
        document.refusals[0].decidedBy = "stream.conf:41"
        var store = StatusDocument.Store(mode: "ram")
        store.bytes = 118 << 20
        store.oldestAt = sampleNow - 3600
        document.store = store
        document.dropped = ["refusals": 5]
        return document
    }

    @Test func everythingIsToldAndAligned() throws {
        let text = statusText(document(), appearance: Appearance())
        try expectGolden(text, "status.txt")
        for line in text.split(separator: "\n") where !line.contains("fix: ") {
            #expect(displayWidth(of: String(line)) <= statusColumns, "\(line)")
        }
    }

    @Test func anAgentThatSendsIsShort() throws {
        var document = emptyDocument()
        document.node.role = .agent
        var link = StatusDocument.Link(hostGUID: document.hosts[0].guid, state: .live)
        link.destination = "parent:19999"
        document.links = [link]
        try expectGolden(statusText(document, appearance: Appearance(unicode: false)), "status-agent.txt")
    }

    @Test func peersNeitherBreakLinesNorReachTheTerminal() {
        var document = emptyDocument()
        var hostile = host("a\nb\u{1b}[31m", .live, 1)
        hostile.address = "1\r2"
        hostile.version = String(repeating: "v", count: 4000)
        hostile.hostname = "a\nb \u{1b}]0;x\u{7}" + String(repeating: "宽", count: 40)
        hostile.lastDisconnect = .init(
            at: .infinity,
            code: "ND-C2",
            text: "x\u{9b}31m\u{202e}" + String(repeating: "y", count: 500)
        )
        hostile.connection?.compression = "none"
        hostile.connection?.compressionReason = "\u{1b}c"
        document.hosts.append(hostile)
        var refusal = StatusDocument.Refusal(code: "ND-F7", text: "\u{1b}[2J", at: -1e300)
        refusal.hostname = "h\nfix: rm -rf"
        refusal.fix = ["a\nb"]
        document.refusals = [refusal]
        let text = statusText(document, appearance: Appearance())
        #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || $0.value == 0x9b || $0.value == 0x202e })
        for line in text.split(separator: "\n") where !line.contains("fix: ") {
            #expect(displayWidth(of: String(line)) <= statusColumns, "\(line)")
        }
    }

    @Test func anEmptyDocumentIsText() {
        let node = StatusDocument.Node(hostname: "h", guid: "g", version: "1", role: .parent)
        #expect(
            statusText(StatusDocument(at: 0, node: node), appearance: Appearance()).contains("HOSTS 0: no children")
        )
    }
}
