import Status
import System
import Testing

@testable import TUI

/// The pictures, as text.
@Suite struct ScreenTests {
    private func state(_ document: StatusDocument? = sampleDocument(), _ keys: [Key] = []) -> TopState {
        var state = TopState(
            source: "unix:/run/ndstream/parent/parent.sock",
            suggestedKey: "11111111-2222-4333-8444-555555555555",
            interval: 1
        )
        if let document { state.take(document, now: sampleNow) }
        for key in keys { _ = state.press(key, layout: TopLayout(page: 5, lines: 40), now: sampleNow) }
        return state
    }

    private func keys(_ text: String) -> [Key] { text.unicodeScalars.map { .character($0) } }

    private func picture(
        _ state: TopState,
        _ columns: Int,
        _ rows: Int,
        unicode: Bool = true,
        now: Double = sampleNow + 0.5
    ) -> String {
        let grid = topScreen(
            state,
            rows: rows,
            columns: columns,
            appearance: Appearance(unicode: unicode),
            now: now
        )
        for line in grid.lines { #expect(displayWidth(of: line) <= columns) }
        return grid.lines.joined(separator: "\n") + "\n"
    }

    @Test func hosts() throws {
        try expectGolden(picture(state(), 80, 24), "hosts-80x24.txt")
        try expectGolden(picture(state(), 140, 30), "hosts-140x30.txt")
        try expectGolden(picture(state(), 200, 20), "hosts-200x20.txt")
        try expectGolden(picture(state(), 40, 8), "hosts-40x8.txt")
        try expectGolden(picture(state(), 60, 12, unicode: false), "hosts-60x12-ascii.txt")
        try expectGolden(picture(state(), 20, 5, unicode: false), "hosts-20x5-ascii.txt")
        try expectGolden(picture(state(), 140, 40), "hosts-140x40.txt")
    }

    @Test func belowTheSmallestSizeOneLineRemains() throws {
        #expect(picture(state(), 60, 4).hasPrefix("3 live 1 conflict 1 down 1 stale 1 repl"))
        #expect(picture(state(), 10, 1) == "3 live 1 c\n")
        #expect(picture(state(), 1, 1) == "3\n")
        #expect(topScreen(state(), rows: 0, columns: 0, appearance: Appearance(), now: 0).cells.isEmpty)
    }

    /// From 1×1 to 210×70 in steps: no trap, whatever is shown.
    @Test func everySizeAndViewIsDrawn() {
        for view in ["1", "2", "2c", "3", "4", "5", "?", "/x", "F", "a", "s", "t", "P", "D"] {
            let state = state(sampleDocument(), keys(view))
            for rows in stride(from: 1, through: 70, by: 11) {
                for columns in stride(from: 1, through: 210, by: 29) { _ = picture(state, columns, rows) }
            }
        }
    }

    @Test func anEmptyParentSaysWhatToDo() throws {
        try expectGolden(picture(state(emptyDocument()), 80, 24), "empty-80x24.txt")
        try expectGolden(picture(state(nil), 80, 10), "waiting-80x10.txt")
    }

    @Test func aLostParentKeepsTheLastPicture() throws {
        var lost = state()
        lost.lost("connection refused", now: sampleNow + 1)
        lost.lost("connection refused", now: sampleNow + 8)
        try expectGolden(picture(lost, 80, 14, now: sampleNow + 8), "unreachable-80x14.txt")
        lost.take(sampleDocument(), now: sampleNow + 9)
        #expect(picture(lost, 80, 14) == picture(state(), 80, 14), "it is as if nothing had happened")
        var never = state(nil)
        never.lost("nobody answers", now: sampleNow)
        try expectGolden(picture(never, 60, 10, now: sampleNow + 3), "never-60x10.txt")
        never.lost(
            "https://parent.example:19999: nobody whom this machine trusts has signed its certificate [ND-T20]",
            details: [
                "ndstream top https://parent.example:19999 --ca FILE, with the certificate of who signed it in FILE"
            ],
            now: sampleNow + 4
        )
        try expectGolden(picture(never, 80, 10, now: sampleNow + 5), "untrusted-80x10.txt")
    }

    @Test func frozen() throws {
        var frozen = state(sampleDocument(), keys("F"))
        var next = sampleDocument()
        next.hosts = []
        frozen.take(next, now: sampleNow + 1)
        try expectGolden(picture(frozen, 80, 14, now: sampleNow + 12), "frozen-80x14.txt")
        _ = frozen.press(.character("F"), layout: TopLayout(page: 5, lines: 0), now: sampleNow + 13)
        #expect(frozen.document?.hosts.isEmpty == true)
    }

    @Test func filtered() throws {
        try expectGolden(picture(state(sampleDocument(), keys("/web !down")), 80, 14), "filter-80x14.txt")
        try expectGolden(picture(state(sampleDocument(), keys("/state:x")), 80, 14), "filter-error-80x14.txt")
        try expectGolden(picture(state(sampleDocument(), keys("!")), 80, 14), "problems-80x14.txt")
    }

    @Test func detail() throws {
        let edge = state(sampleDocument(), keys("/edge") + [.enter, .enter])
        try expectGolden(picture(edge, 80, 24), "detail-80x24.txt")
        let down = state(sampleDocument(), keys("/web-03") + [.enter, .enter])
        try expectGolden(picture(down, 140, 30), "detail-140x30.txt")
        try expectGolden(picture(down, 60, 16, unicode: false), "detail-60x16-ascii.txt")
    }

    @Test func anAgentShowsWhereItSends() throws {
        var document = emptyDocument()
        document.node.role = .agent
        var link = StatusDocument.Link(hostGUID: document.hosts[0].guid, state: .waiting)
        link.destination = "10.0.0.5:19999"
        link.lastError = .init(at: 1, code: "ND-C10", text: "failed to connect: Connection refused")
        link.retryAt = sampleNow + 4
        link.candidates = [.init(destination: "10.0.0.5:19999"), .init(destination: "10.0.0.6:19999")]
        document.links = [link]
        try expectGolden(picture(state(document), 100, 18), "agent-100x18.txt")
        try expectGolden(picture(state(document, keys("2")), 100, 18), "agent-detail-100x18.txt")
        try expectGolden(batchFrame(document, appearance: Appearance()), "batch-agent.txt")
        document.links[0].state = .live
        document.links[0].compression = "lz4"
        document.links[0].outBytesPerSecond = 4_600
        try expectGolden(picture(state(document), 100, 18), "agent-live-100x18.txt")
    }

    @Test func rejected() throws {
        try expectGolden(picture(state(sampleDocument(), keys("3")), 80, 24), "rejected-80x24.txt")
        try expectGolden(picture(state(sampleDocument(), keys("3")), 40, 16), "rejected-40x16.txt")
        try expectGolden(picture(state(emptyDocument(), keys("3")), 80, 12), "rejected-none-80x12.txt")
    }

    @Test func eventsAndHelp() throws {
        try expectGolden(picture(state(sampleDocument(), keys("5")), 80, 12), "events-80x12.txt")
        try expectGolden(picture(state(sampleDocument(), keys("?")), 80, 24), "help-80x24.txt")
        try expectGolden(picture(state(sampleDocument(), keys("?")), 40, 24), "help-40x24.txt")
    }

    @Test func attention() throws {
        try expectGolden(picture(state(sampleDocument(), keys("a")), 80, 24), "attention-80x24.txt")
        try expectGolden(picture(state(sampleDocument(), keys("ajj")), 40, 12, unicode: false), "attention-40x12.txt")
        try expectGolden(picture(state(emptyDocument(), keys("a")), 80, 12), "attention-none-80x12.txt")
    }

    @Test func menusAndQuestions() throws {
        try expectGolden(picture(state(sampleDocument(), keys("sjj")), 80, 24), "sort-80x24.txt")
        let asked = state(sampleDocument(), keys("/web-03") + [.enter] + keys("D"))
        try expectGolden(picture(asked, 80, 14), "forget-80x14.txt")
        try expectGolden(picture(state(sampleDocument(), keys("  D")), 80, 14), "refused-question-80x14.txt")
    }

    @Test func topology() throws {
        var document = sampleDocument()
        document.node.role = .proxy
        document.hosts[2].via = document.hosts[5].guid
        document.hosts[7].via = document.hosts[5].guid
        document.hosts[6].via = "99999999-0000-4000-8000-000000000000"
        var live = StatusDocument.Link(hostGUID: document.hosts[0].guid, state: .live)
        live.destination = "archive-1:19999"
        live.compression = "lz4"
        live.outBytesPerSecond = 5_200
        live.bufferBytes = 524_288
        live.bufferMaxBytes = 10_485_760
        var waiting = live
        waiting.hostGUID = document.hosts[5].guid
        waiting.state = .waiting
        waiting.droppedSamples = 310
        waiting.lastError = .init(at: 1, code: "ND-C10", text: "failed to connect: Connection refused")
        document.links = [live, waiting]
        let shown = state(document, keys("4jjj"))
        try expectGolden(picture(shown, 100, 20), "topology-100x20.txt")
        try expectGolden(picture(shown, 60, 14, unicode: false), "topology-60x14-ascii.txt")
        try expectGolden(picture(state(document, keys("4jjj ")), 100, 20), "topology-folded-100x20.txt")
        // The tree of hosts has the same branches.
        try expectGolden(picture(state(document, keys("t")), 100, 20), "tree-100x20.txt")
        // Two that name each other as neighbours end no picture.
        document.hosts[5].via = document.hosts[2].guid
        #expect(picture(state(document, keys("4")), 100, 20).contains("db-replica"))
        #expect(picture(state(document, keys("t")), 100, 20).contains("db-replica"))
    }

    @Test func privacy() throws {
        var document = sampleDocument()
        document.events[0].text =
            "web-01 at 10.0.4.11 and [2001:db8::17]:19999 with 8d4ea1a4-3ea9-11ef-9a24-def2eb0842f1 at 14:05:09"
        let addresses = picture(state(document, keys("P5")), 100, 20)
        #expect(addresses.contains("web-01 at x.x.x.x"))
        #expect(addresses.contains("at 14:05:09"), "a time is no address")
        #expect(!addresses.contains("2001:db8") && !addresses.contains("8d4ea1a4"))
        for view in ["1", "3", "4", "5", "a", "2"] {
            let hidden = picture(state(document, keys("PP" + view)), 140, 40)
            for secret in ["web-0", "10.0.", "mon-1", "edge-nyc", "555O", "old-nas"] {
                #expect(!hidden.contains(secret), "\(secret) in view \(view)")
            }
        }
        // Who copied a known host's GUID is no stranger, hidden or not.
        document.refusals[1].guid = document.hosts[5].guid
        #expect(state(document, keys("P")).hosts.count == state(document).hosts.count)
        document = sampleDocument()
        try expectGolden(picture(state(document, keys("PP")), 100, 24), "privacy-100x24.txt")
        #expect(picture(state(document, keys("PPP")), 80, 24) == picture(state(document), 80, 24))
    }

    @Test func aNetdataSaysWhatItDoesNotTell() throws {
        var document = emptyDocument()
        document.node.program = "netdata"
        document.node.version = "v1.37.1"
        var child = StatusDocument.Host(guid: "1", hostname: "web-01", state: .live)
        child.lagSeconds = 1.2
        child.hops = 2
        document.hosts.append(child)
        try expectGolden(picture(state(document), 80, 14), "netdata-80x14.txt")
        try expectGolden(batchFrame(document, appearance: Appearance()), "batch-netdata.txt")
    }

    @Test func threeHundredHostsScroll() throws {
        var document = sampleDocument()
        document.hosts = (0..<300).map { number in
            var many = host("node-\(number)", .live, 1)
            many.guid = "\(number)"
            return many
        }
        var state = state(document)
        _ = state.press(.end, layout: TopLayout(page: 10, lines: 300), now: sampleNow)
        try expectGolden(picture(state, 80, 14), "scroll-80x14.txt")
    }

    /// Names from peers neither move the cursor nor push columns about.
    @Test func namesCannotHarmThePicture() throws {
        var document = sampleDocument()
        document.hosts[1].hostname = "\u{1b}[2J\u{1b}]0;x\u{7}"
        document.hosts[2].hostname = "機械機械機械機械機械機械機械"
        document.hosts[3].hostname = "a\u{202e}b\nc"
        document.hosts[4].hostname = "z\u{301}\u{301}\u{301}\u{301}algo"
        document.hosts[5].hostname = ""
        let shown = picture(state(document), 80, 18)
        #expect(!shown.contains("\u{1b}") && !shown.contains("\u{202e}"))
        try expectGolden(shown, "hostile-80x18.txt")
    }

    /// What the README shows is what is drawn today: of the sample, and of the fleet as `Tests/Fleet/screens.py` keeps it.
    @Test func theReadmeHasThePictures() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        func content(_ path: String) throws -> String {
            String(decoding: try Files.read(root + "/" + path, limit: 1 << 20), as: UTF8.self)
        }
        let text = try content("README.md")
        let shown = picture(state(), 100, 17)
        try expectGolden(shown, "readme-100x17.txt")
        #expect(text.contains("```text\n\(shown)```\n"), "put Tests/Fixtures/TUI/readme-100x17.txt into the README")
        for view in ["attention", "host", "topology"] {
            let kept = try content("Tests/Fixtures/Screens/\(view)-80x24.txt")
            #expect(text.contains("```text\n\(kept)```\n"), "put the fleet's \(view)-80x24.txt into the README")
        }
    }

    @Test func tables() throws {
        var document = sampleDocument()
        document.hosts[1].hostname = "a \"quoted\", name\u{1b}"
        let text = csvFrame(document, withNames: true)
        try expectGolden(text, "hosts.csv")
        #expect(
            csvFrame(document, withNames: false) == text.split(separator: "\r\n", maxSplits: 1).last.map(String.init)
        )
    }

    @Test func batchFrames() throws {
        try expectGolden(batchFrame(sampleDocument(), appearance: Appearance()), "batch.txt")
        try expectGolden(batchFrame(emptyDocument(), appearance: Appearance(unicode: false)), "batch-empty.txt")
        // As many fields as there are columns.
        let lines = batchFrame(sampleDocument(), appearance: Appearance()).split(separator: "\n")
        let headings = lines[1].split(separator: " ").count
        #expect(lines[2].split(separator: " ").count == headings)
    }
}
