import Diagnostics
import Status
import Store
import Synchronization
import Testing

@testable import Health

/// A lost child, end to end: what its alarms do, and what of it is told (health §7).
@Suite struct FoldingTests {
    /// Two that watch the collection, and one that doesn't.
    private static let rules = """
        template: last_a
        on: ctx
        every: 1s
        calc: $now - $last_collected_t
        warn: $this > 5
        crit: $this > 15
        delay: down 30s
        template: last_b
        on: ctx
        every: 1s
        calc: $now - $last_collected_t
        warn: $this > 5
        crit: $this > 15
        template: value
        on: ctx
        every: 1s
        calc: $x
        warn: $this > 3
        """

    private final class Child {
        let bench: HostBench
        private let connects: HostSituation.Attention
        var postpone = 0
        /// How many notifications were looked at.
        private var seen = 0

        init(
            _ rules: String = FoldingTests.rules,
            _ attention: HostSituation.Attention = .whileConnected,
            folds: Bool = true
        ) {
            bench = HostBench(rules, isOwn: false)
            connects = attention
            bench.folds = folds
            bench.situation = HostSituation(attention: attention)
            bench.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [1])
            connect()
            tick(10)
        }

        func connect() {
            bench.situation.isConnected = true
            bench.situation.hasVanished = false
            bench.situation.goneAt = 0
            bench.situation.connectedAt = bench.now + 1
            bench.situation.postponeSeconds = postpone
        }

        func leave(vanishes: Bool) {
            bench.situation.isConnected = false
            bench.situation.hasVanished = vanishes
            bench.situation.goneAt = bench.now
        }

        func tick(_ seconds: Int, collecting: Bool = true) {
            for _ in 0..<seconds {
                if collecting { bench.situation.heardAt = bench.now + 1 }
                bench.tick(collecting: collecting)
            }
        }

        /// What the status document says of it.
        var problems: [String] { bench.host.status.withLock { $0.problems.map(\.code) } }

        /// `NAME STATUS` of what was sent since the last time.
        func sent() -> [String] {
            defer { seen = bench.notifications.count }
            return bench.notifications[seen...].map { "\($0.arguments[6]) \($0.arguments[9])" }
        }
    }

    @Test func silenceWithAnOpenConnection() {
        let child = Child()
        #expect(child.sent() == [])
        child.tick(10, collecting: false)
        #expect(child.sent() == ["child_lost WARNING"])
        #expect(child.problems == ["ND-N10"])
        child.tick(10, collecting: false)
        #expect(child.sent() == ["child_lost CRITICAL"])
        child.tick(FoldedLoss.hysteresis)
        #expect(child.sent() == [])
        child.tick(2)
        #expect(child.sent() == ["child_lost CLEAR"])
        #expect(child.problems == [])
        #expect(child.bench.events.map(\.condition) == [.childLost, .childLost, .childBack])
        #expect(child.bench.changes.contains("last_a WARNING>CRITICAL"), "they are logged as ever")
    }

    @Test func vanished() {
        let child = Child()
        child.leave(vanishes: true)
        child.tick(100, collecting: false)
        #expect(child.sent() == ["child_lost WARNING", "child_lost CRITICAL"])
        #expect(!child.bench.health.isOn, "all has been said")
        #expect(child.bench.alarm("last_a")?.status == .critical)
        child.connect()
        child.tick(FoldedLoss.hysteresis + 5)
        #expect(child.sent() == ["child_lost CLEAR"])
        #expect(child.bench.alarm("last_a")?.status == .clear)
    }

    @Test func leftInOrderFreezesAnAutoHost() {
        let child = Child()
        child.leave(vanishes: false)
        child.tick(100, collecting: false)
        #expect(child.sent() == [] && child.bench.alarm("last_a")?.status == .clear)
        let always = Child(Self.rules, .always)
        always.leave(vanishes: false)
        always.tick(100, collecting: false)
        #expect(always.sent() == ["child_lost WARNING", "child_lost CRITICAL"])
    }

    @Test func backWithinTheTimeItHasToStayIsOneLoss() {
        let child = Child()
        child.leave(vanishes: true)
        child.tick(30, collecting: false)
        for _ in 0..<3 {
            child.connect()
            child.tick(30)
            child.leave(vanishes: true)
            child.tick(30, collecting: false)
        }
        #expect(child.sent() == ["child_lost WARNING", "child_lost CRITICAL"])
        child.connect()
        child.tick(FoldedLoss.hysteresis + 5)
        #expect(child.sent() == ["child_lost CLEAR"])
    }

    @Test(arguments: [5, 60, 90])
    func alarmsThatStandSinceTheLossAreNotSentWhileItsReturnIsPostponed(_ postpone: Int) {
        let child = Child()
        child.postpone = postpone
        child.leave(vanishes: true)
        child.tick(30, collecting: false)
        #expect(child.sent() == ["child_lost WARNING", "child_lost CRITICAL"])
        child.connect()
        child.tick(max(postpone, FoldedLoss.hysteresis) + 15)
        #expect(child.sent() == ["child_lost CLEAR"])
        child.tick(60)
        #expect(child.sent() == [])
    }

    @Test func lostAgainWhileItsReturnIsPostponedIsTheSameLoss() {
        let child = Child()
        child.postpone = 90
        child.leave(vanishes: true)
        child.tick(30, collecting: false)
        _ = child.sent()
        child.connect()
        child.tick(80)
        child.leave(vanishes: true)
        child.tick(100, collecting: false)
        #expect(child.sent() == [])
        child.connect()
        child.tick(110)
        #expect(child.sent() == ["child_lost CLEAR"])
    }

    @Test func onePluginThatDiesMeanwhileIsSentWhenItsChildHasStayed() {
        let child = Child()
        child.bench.add(ChartDefinition(id: "t.b", context: "ctx"), ["x"], values: [1])
        child.tick(20)
        #expect(child.sent() == [])
        child.leave(vanishes: true)
        child.tick(30, collecting: false)
        child.bench.values["t.b"] = nil
        child.connect()
        child.tick(FoldedLoss.hysteresis + 5)
        #expect(
            child.sent().sorted() == [
                "child_lost CLEAR", "child_lost CRITICAL", "child_lost WARNING", "last_a CRITICAL", "last_b CRITICAL",
            ]
        )
    }

    @Test func whatIsSilencedIsNotSentAfterwardsEither() {
        let child = Child()
        child.bench.add(ChartDefinition(id: "t.b", context: "ctx"), ["x"], values: [1])
        child.tick(20)
        child.leave(vanishes: true)
        child.tick(30, collecting: false)
        _ = child.sent()
        _ = child.bench.silencers.apply([("cmd", "SILENCE ALL")])
        child.bench.silencersGeneration += 1
        child.bench.values["t.b"] = nil
        child.connect()
        child.tick(FoldedLoss.hysteresis + 5)
        #expect(child.sent() == [])
        #expect(child.bench.log.contains { $0.contains("'NOCHART.child_lost' status CLEAR (command API") })
    }

    @Test func anotherAlarmIsNotFolded() {
        let child = Child()
        child.bench.values["t.a"] = [9]
        child.tick(2)
        child.tick(10, collecting: false)
        #expect(child.sent() == ["value WARNING", "child_lost WARNING"])
    }

    @Test func ephemeralChildrenMayLeave() {
        let child = Child(Self.rules, .always)
        child.bench.situation.isEphemeral = true
        child.leave(vanishes: false)
        child.tick(100, collecting: false)
        #expect(child.sent() == [])
        let vanished = Child(Self.rules, .always)
        vanished.bench.situation.isEphemeral = true
        vanished.leave(vanishes: true)
        vanished.tick(100, collecting: false)
        #expect(vanished.sent() == ["child_lost WARNING", "child_lost CRITICAL"])
    }

    @Test func withoutFoldingAllAreSent() {
        let child = Child(folds: false)
        child.leave(vanishes: true)
        child.tick(30, collecting: false)
        #expect(child.sent() == ["last_b WARNING", "last_a WARNING", "last_b CRITICAL", "last_a CRITICAL"])
        child.connect()
        child.tick(FoldedLoss.hysteresis + 5)
        #expect(child.sent() == ["last_b CLEAR", "last_a CLEAR"], "the second one waits for its delay")
    }

    @Test func aRestartInBetweenTellsNothingTwice() throws {
        let first = Child()
        first.leave(vanishes: true)
        first.tick(30, collecting: false)
        #expect(first.sent().count == 2)
        let entries = Array(first.bench.health.entries().reversed())
        let later = first.bench.now + 20
        let second = HostBench(
            Self.rules,
            now: later,
            isOwn: false,
            log: AlarmLog(now: later, limit: 1000, entries: entries)
        )
        second.situation = HostSituation(attention: .whileConnected)
        second.situation.isConnected = false
        second.tick(until: later + 30, collecting: false)
        #expect(second.notifications.isEmpty)
        second.add(ChartDefinition(id: "t.a", context: "ctx"), ["x"], values: [1])
        second.situation.isConnected = true
        second.situation.connectedAt = second.now + 1
        for _ in 0..<FoldedLoss.hysteresis + 10 {
            second.situation.heardAt = second.now + 1
            second.tick()
        }
        #expect(second.notifications.map { "\($0.arguments[6]) \($0.arguments[9])" } == ["child_lost CLEAR"])
    }

    @Test func anAlarmThatWaitsForItsDelayKeepsItsHostFollowed() {
        let child = Child(
            "template: last\non: ctx\nevery: 1s\ncalc: $now - $last_collected_t\nwarn: $this > 5\ndelay: up 60s\n"
        )
        child.leave(vanishes: true)
        child.tick(50, collecting: false)
        #expect(child.sent() == [] && child.bench.health.isOn)
        child.tick(20, collecting: false)
        #expect(child.sent() == ["child_lost WARNING"])
        child.tick(2, collecting: false)
        #expect(!child.bench.health.isOn)
    }

    @Test func anAlarmWithoutConditionsKeepsNobody() {
        let child = Child("template: age\non: ctx\nevery: 1s\ncalc: $now - $last_collected_t\n")
        child.leave(vanishes: true)
        child.tick(2, collecting: false)
        #expect(!child.bench.health.isOn)
    }

    @Test func aClockThatIsSetBackHidesNoLoss() {
        let child = Child()
        child.bench.now -= 86_400
        child.tick(10, collecting: false)
        #expect(child.bench.health.withState { $0.loss?.loss != nil }, "nothing has come for ten seconds")
        // And one that is told of is over when its child has stayed, not a day later.
        let told = Child()
        told.leave(vanishes: true)
        told.tick(30, collecting: false)
        _ = told.sent()
        told.connect()
        told.tick(30)
        told.bench.now -= 86_400
        told.bench.situation.heardAt = told.bench.now
        told.tick(FoldedLoss.hysteresis - 25)
        #expect(told.sent() == ["child_lost CLEAR"])
    }
}
