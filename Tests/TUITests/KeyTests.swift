import Status
import Testing

@testable import TUI

@Suite struct KeyTests {
    private var state: TopState
    private let layout = TopLayout(page: 3, lines: 30)

    init() {
        state = TopState(source: "x", suggestedKey: "k", interval: 1)
        state.take(sampleDocument(), now: 0)
    }

    private mutating func press(_ keys: Key..., at now: Double = 10) {
        for key in keys { _ = state.press(key, layout: layout, now: now) }
    }

    private var shownNames: [String] { state.rows.map { state.hosts[$0].hostname } }

    private mutating func sort(by column: HostColumn) {
        while state.sort != column { press(.character(">")) }
    }

    @Test mutating func theChoiceStaysOnItsHost() {
        sort(by: .host)
        press(.home, .down, .down)
        #expect(state.selectedHost?.hostname == "db-replica")
        sort(by: .lag)
        #expect(state.selectedHost?.hostname == "db-replica")
        press(.home)
        #expect(state.selectedHost?.hostname == shownNames.first)
        press(.end, .pageUp)
        #expect(state.selectedHost?.hostname == shownNames[shownNames.count - 4])
        press(.pageDown, .pageDown, .down)
        #expect(state.selectedHost?.hostname == shownNames.last)
    }

    @Test mutating func everyColumnSortsBothWays() {
        sort(by: .host)
        for column in HostColumn.allCases.dropFirst() {
            press(.character(">"))
            #expect(state.sort == column)
            let order = shownNames
            #expect(order.count == 11)
            press(.character("r"))
            #expect(Set(shownNames) == Set(order))
            press(.character("r"))
            #expect(shownNames == order)
        }
        press(.character(">"))
        #expect(state.sort == .host)
        press(.character("<"))
        #expect(state.sort == .version)
    }

    @Test mutating func theMenuSorts() {
        press(.character("s"))
        #expect(state.overlay == .sortMenu(.state))
        press(.down, .down, .enter)
        #expect(state.overlay == nil)
        #expect(state.sort == .lag)
        press(.sort, .home, .escape)
        #expect(state.sort == .lag, "nothing was chosen")
    }

    /// As the list stands when nobody has pressed a key: who has a problem is on the first screen.
    @Test mutating func theWorstStateComesFirst() {
        #expect(Array(shownNames.prefix(6)) == ["10.0.7.80", "web-09", "web-04", "web-03", "edge-nyc-7", "old-nas"])
        press(.character("r"))
        #expect(shownNames.first == "batch-61")
    }

    @Test mutating func whatIsUnknownSortsLastBothWays() {
        sort(by: .wire)
        let unknown: Set = ["mon-1", "web-09", "10.0.7.80"]
        #expect(Set(shownNames.suffix(3)) == unknown)
        press(.character("r"))
        #expect(Set(shownNames.suffix(3)) == unknown)
    }

    @Test mutating func rowsRestAfterAKey() {
        sort(by: .wire)
        press(.character("<"), .character(">"), at: 100)
        let before = shownNames
        var changed = sampleDocument()
        for index in changed.hosts.indices { changed.hosts[index].inBytesPerSecond = Double(index) }
        state.take(changed, now: 101.9)
        #expect(shownNames == before)
        state.take(changed, now: 102)
        #expect(shownNames != before)
    }

    @Test mutating func aHostThatIsGoneLosesTheChoice() {
        sort(by: .host)
        press(.home, .down)
        var changed = sampleDocument()
        changed.hosts.remove(at: 1)
        state.take(changed, now: 100)
        #expect(state.selectedHost?.hostname == "mon-1")
    }

    @Test mutating func escapeGoesBackAndNeverQuits() {
        press(.character("3"))
        #expect(state.view == .rejected)
        press(.escape)
        #expect(state.view == .hosts)
        press(.character("/"), .character("x"), .enter, .escape)
        #expect(state.filter.isEmpty)
        #expect(state.press(.escape, layout: layout, now: 0) == .nothing)
        #expect(state.press(.character("q"), layout: layout, now: 0) == .quit)
        #expect(state.press(.control("c"), layout: layout, now: 0) == .quit)
        #expect(state.press(.control("l"), layout: layout, now: 0) == .repaint)
    }

    @Test mutating func aWrongFilterLeavesTheLastGoodOne() {
        press(.character("/"))
        for scalar in "lag>1".unicodeScalars { press(.character(scalar)) }
        #expect(shownNames == ["edge-nyc-7", "db-replica"])
        press(.character("x"))
        #expect(shownNames == ["edge-nyc-7", "db-replica"])
        #expect(state.prompt?.failure != nil)
        press(.enter)
        #expect(state.prompt != nil)
        press(.backspace, .enter)
        #expect(state.prompt == nil)
        // A `q` in the prompt is a letter.
        press(.character("/"))
        #expect(state.press(.character("q"), layout: layout, now: 0) == .nothing)
    }

    @Test mutating func thePaceHasEnds() {
        for _ in 0..<20 { press(.character("+")) }
        #expect(state.interval == 0.5)
        for _ in 0..<20 { press(.character("-")) }
        #expect(state.interval == 60)
    }

    @Test mutating func scrollingStopsAtTheEnd() {
        press(.character("2"), .end)
        #expect(state.scroll == 27)
        press(.up)
        #expect(state.scroll == 26)
        press(.home)
        #expect(state.scroll == 0)
    }
}

/// Tags, forgetting, views and what leaves the screen.
@Suite struct ActionTests {
    private var state: TopState
    private let layout = TopLayout(page: 3, lines: 30)

    init() {
        state = TopState(source: "x", suggestedKey: "k", interval: 1)
        state.take(sampleDocument(), now: 0)
    }

    @discardableResult
    private mutating func press(_ keys: Key...) -> TopState.Command {
        var last = TopState.Command.nothing
        for key in keys { last = state.press(key, layout: layout, now: 10) }
        return last
    }

    private mutating func choose(_ name: String) throws {
        state.selectedGUID = try #require(state.hosts.first { $0.hostname == name }).guid
    }

    @Test mutating func aHostIsForgottenAfterAQuestion() throws {
        try choose("web-03")
        let guid = try #require(state.selectedGUID)
        press(.character("D"))
        #expect(state.overlay == .forgetting([guid]))
        #expect(press(.character("n")) == .nothing)
        press(.delete)
        #expect(press(.character("y")) == .forget([guid]))
        #expect(state.overlay == nil)
    }

    @Test mutating func whatIsConnectedOrWasNeverThereIsNotForgotten() throws {
        try choose("web-01")
        press(.character("D"))
        #expect(state.overlay == nil)
        #expect(state.message?.text.contains("stop the child first") == true)
        try choose("web-09")
        press(.character("D"))
        #expect(state.message?.text.contains("never let in") == true)
    }

    @Test mutating func taggedHostsAreForgottenTogether() throws {
        for name in ["web-03", "batch-61", "web-01"] {
            try choose(name)
            press(.character(" "))
        }
        #expect(state.tagged.count == 3)
        press(.character("D"))
        let away = state.hosts.filter { ["web-03", "batch-61"].contains($0.hostname) }.map(\.guid)
        #expect(state.overlay == .forgetting(away), "the connected one is left alone")
        press(.escape)
        for key in "/tagged".unicodeScalars { press(.character(key)) }
        press(.enter)
        #expect(state.rows.count == 3)
        press(.escape)
        #expect(state.tagged.isEmpty)
        #expect(state.rows.count == 11)
    }

    @Test mutating func whoWasRefusedLeadsToTheRefusal() throws {
        try choose("10.0.7.80")
        press(.enter)
        #expect(state.view == .rejected)
        #expect(state.selectedRefusal == 1)
        press(.enter)
        #expect(state.message?.text == "no host of this name was ever let in")
    }

    @Test mutating func everythingThatNeedsAttentionIsOneKeyAway() throws {
        press(.character("4"), .character("a"))
        #expect(state.overlay == .attention(0))
        let subjects = state.attention.map(\.subject)
        #expect(subjects.prefix(4) == ["web-09 10.0.9.4", "10.0.7.80", "web-03", "web-04"])
        #expect(subjects.contains("old-nas") && subjects.contains("edge-nyc-7"))
        press(.down, .down, .enter)
        #expect(state.view == .host)
        #expect(state.selectedHost?.hostname == "web-03")
        press(.character("a"), .enter)
        #expect(state.view == .rejected)
    }

    @Test mutating func theFixIsCopied() throws {
        press(.character("3"))
        #expect(
            press(.character("y"))
                == .copy("on the child 10.0.9.4, in stream.conf:\n    api key = the one that ends in 5555\n")
        )
        press(.character("1"))
        try choose("web-01")
        #expect(press(.character("y")) == .copy("web-01\n"))
        press(.character("a"), .down)
        guard case .copy(let text) = press(.character("y")) else {
            Issue.record("nothing was copied")
            return
        }
        #expect(!text.isEmpty)
    }

    @Test mutating func aReportHasTheReasonsAndTheFixes() throws {
        guard case .write(let report) = press(.character("w")) else {
            Issue.record("nothing was written")
            return
        }
        try expectGolden(report, "report.txt")
    }

    @Test mutating func clicksChooseRows() {
        var layout = layout
        layout.list = 4..<12
        _ = state.press(.click(row: 6, column: 3), layout: layout, now: 10)
        #expect(state.selectedRow == 2)
        _ = state.press(.click(row: 3, column: 3), layout: layout, now: 10)
        #expect(state.selectedRow == 2, "that is no row of the list")
        _ = state.press(.wheelDown, layout: layout, now: 10)
        #expect(state.selectedRow == 5)
    }

    @Test mutating func eventsAreFilteredAndProblemsFound() {
        press(.character("5"), .character("/"))
        for key in "web-03 !key".unicodeScalars { press(.character(key)) }
        press(.enter)
        #expect(state.shownEvents.map(\.code) == ["ND-C2"])
        press(.escape)
        #expect(state.shownEvents.count == 3)
        _ = state.press(.character("e"), layout: TopLayout(page: 1, lines: 3), now: 10)
        #expect(state.scroll == 1)
        _ = state.press(.character("e"), layout: TopLayout(page: 1, lines: 3), now: 10)
        #expect(state.scroll == 1, "the last event is none")
    }
}

@Suite struct HostFilterTests {
    private func names(_ text: String) throws -> [String] {
        let filter = try HostFilter(text)
        return sampleDocument().hosts.filter { filter.matches($0, at: sampleNow) }.map(\.hostname)
    }

    @Test func words() throws {
        #expect(try names("WEB").count == 4)
        #expect(try names("web !web-0").isEmpty)
        #expect(try names("10.0.4.14") == ["edge-nyc-7"])
        #expect(try names("").count == 9)
        #expect(try names("!").count == 9)
    }

    @Test func states() throws {
        #expect(try names("down") == ["web-03"])
        #expect(try names("state:live|repl") == ["db-replica", "edge-nyc-7", "web-01", "web-02"])
        #expect(try names("!live !local !archived !repl") == ["old-nas", "web-03", "web-04"])
    }

    @Test func fields() throws {
        #expect(try names("compr:none") == ["edge-nyc-7"])
        #expect(try names("ver:1.31") == ["old-nas"])
        #expect(try names("lag>2m") == ["db-replica"])
        #expect(try names("age<1m live").isEmpty)
        #expect(
            try names("in>10")
                == ["web-03", "web-04", "batch-61"].sorted { $0 < $1 }.filter { $0 != "" }.sorted(by: order)
        )
        #expect(try names("clock>2") == ["edge-nyc-7"])
        #expect(try names("code:nd-z1") == ["edge-nyc-7"])
        #expect(try names("tls:no").count == 8)
        #expect(try names("via:direct").count == 9)
        #expect(try names("tagged").isEmpty)
    }

    @Test func mistakesAreExplained() {
        #expect(throws: HostFilter.Failure.self) { try HostFilter("state:dreaming") }
        #expect(throws: HostFilter.Failure.self) { try HostFilter("lag>soon") }
        #expect(throws: HostFilter.Failure.self) { try HostFilter("size>5") }
    }

    private func order(_ one: String, _ other: String) -> Bool {
        let names = sampleDocument().hosts.map(\.hostname)
        return names.firstIndex(of: one)! < names.firstIndex(of: other)!
    }
}
