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

    private var shownNames: [String] { state.rows.map { state.document!.hosts[$0].hostname } }

    @Test mutating func theChoiceStaysOnItsHost() {
        press(.down, .down)
        #expect(state.selectedHost?.hostname == "db-replica")
        press(.character("s"))
        #expect(state.sort == .state)
        #expect(state.selectedHost?.hostname == "db-replica")
        press(.home)
        #expect(state.selectedHost?.hostname == shownNames.first)
        press(.end, .pageUp)
        #expect(state.selectedHost?.hostname == shownNames[shownNames.count - 4])
        press(.pageDown, .pageDown, .down)
        #expect(state.selectedHost?.hostname == shownNames.last)
    }

    @Test mutating func everyColumnSortsBothWays() {
        for column in HostColumn.allCases.dropFirst() {
            press(.character("s"))
            #expect(state.sort == column)
            let order = shownNames
            #expect(order.count == 9)
            press(.character("r"))
            #expect(Set(shownNames) == Set(order))
            press(.character("r"))
            #expect(shownNames == order)
        }
        press(.character("s"))
        #expect(state.sort == .host)
        press(.character("<"))
        #expect(state.sort == .version)
    }

    @Test mutating func theWorstStateComesFirst() {
        press(.character("s"))
        #expect(Array(shownNames.prefix(3)) == ["web-04", "web-03", "old-nas"])
        press(.character("r"))
        #expect(shownNames.first == "batch-61")
    }

    @Test mutating func whatIsUnknownSortsLastBothWays() {
        while state.sort != .wire { press(.character("s")) }
        #expect(shownNames.last == "mon-1")
        press(.character("r"))
        #expect(shownNames.last == "mon-1")
    }

    @Test mutating func rowsRestAfterAKey() {
        while state.sort != .wire { press(.character("s"), at: 100) }
        let before = shownNames
        var changed = sampleDocument()
        for index in changed.hosts.indices { changed.hosts[index].inBytesPerSecond = Double(index) }
        state.take(changed, now: 101.9)
        #expect(shownNames == before)
        state.take(changed, now: 102)
        #expect(shownNames != before)
    }

    @Test mutating func aHostThatIsGoneLosesTheChoice() {
        press(.down)
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
        #expect(shownNames == ["db-replica", "edge-nyc-7"])
        press(.character("x"))
        #expect(shownNames == ["db-replica", "edge-nyc-7"])
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
