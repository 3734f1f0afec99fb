import Basics
import Testing

@testable import Status

/// When a refused second connection is a second machine (streaming protocol §3, row 13).
@Suite struct HostRivalTests {
    private let second: Int64 = 1_000_000
    private let connection = StatusDocument.Connection()

    private func connected() -> HostFacts {
        var facts = HostFacts(state: .connecting, at: 0)
        facts.connected(address: "10.0.0.4", port: 1, connection: connection, at: 0, monotonic: 0)
        return facts
    }

    private func tries(_ facts: inout HostFacts, at seconds: Int64, dataAt: Int64, otherName: Bool = false) -> Rivalry {
        facts.refusedRival(
            address: "10.0.0.5",
            port: "2",
            hostname: "copy",
            isOtherName: otherName,
            dataMonotonic: dataAt * second,
            monotonic: seconds * second
        )
    }

    /// A child whose old connection hangs comes back, and comes back again: nothing came over the old one meanwhile.
    @Test func aHangingConnectionIsNoRival() {
        var facts = connected()
        for time in [1, 6, 11, 16, 21] as [Int64] { #expect(tries(&facts, at: time, dataAt: 0) == .unclear) }
        #expect(facts.shownState(updateEvery: 600, monotonic: 21 * second) == .live)
    }

    @Test func twoThatBothGoOnAreTwo() {
        var facts = connected()
        #expect(tries(&facts, at: 10, dataAt: 10) == .unclear)
        #expect(tries(&facts, at: 20, dataAt: 19) == .begins)
        #expect(tries(&facts, at: 30, dataAt: 29) == .goesOn)
        #expect(facts.shownState(updateEvery: 600, monotonic: 30 * second) == .conflict)
        #expect(facts.state == .live)
    }

    @Test func anotherNameIsProofAtOnce() {
        var facts = connected()
        #expect(tries(&facts, at: 10, dataAt: 0, otherName: true) == .begins)
    }

    @Test func itEndsByItselfFiveMinutesAfterTheLastTry() {
        var facts = connected()
        _ = tries(&facts, at: 10, dataAt: 0, otherName: true)
        _ = tries(&facts, at: 100, dataAt: 0, otherName: true)
        #expect(facts.shownState(updateEvery: 600, monotonic: 400 * second) == .conflict)
        #expect(facts.endRivalry(monotonic: 400 * second) == nil)
        #expect(facts.shownState(updateEvery: 600, monotonic: 401 * second) == .live)
        #expect(facts.endRivalry(monotonic: 401 * second)?.tries == 2)
        #expect(facts.endRivalry(monotonic: 402 * second) == nil)
        // Whoever comes long after is somebody new.
        #expect(tries(&facts, at: 1000, dataAt: 999) == .unclear)
    }

    @Test func itEndsWithTheConnection() {
        var facts = connected()
        _ = tries(&facts, at: 10, dataAt: 0, otherName: true)
        facts.disconnected(code: "ND-C2", text: "", at: 20 * second, monotonic: 20 * second)
        #expect(facts.shownState(updateEvery: 1, monotonic: 20 * second) == .down)
        facts.connected(address: "10.0.0.5", port: 1, connection: connection, at: 0, monotonic: 21 * second)
        #expect(facts.shownState(updateEvery: 1, monotonic: 21 * second) == .live)
    }

    @Test func healthFollowsWhoIsThere() {
        var facts = connected()
        facts.health = "auto-on"
        facts.disconnected(code: "ND-C2", text: "", departure: .vanished, at: 0)
        #expect(facts.health == "auto-off")
        #expect(facts.departure == .vanished)
        var always = connected()
        always.health = "on"
        always.disconnected(code: "ND-C2", text: "", at: 0)
        #expect(always.health == "on")
    }
}
