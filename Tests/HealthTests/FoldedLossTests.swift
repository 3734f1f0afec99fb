import Diagnostics
import Store
import Testing

@testable import Health

@Suite struct FoldedLossTests {
    private let start = 1_795_340_000

    /// A parent's passes over one child, one a second.
    private struct Passes {
        var loss: FoldedLoss
        var now: Int
        var isEphemeral = false
        var events: [FoldedLoss.Event] = []
        /// Alarms whose handler was run for themselves, and those that were left over.
        var own: [UInt32] = []
        var unfolded: Set<UInt32> = []

        init(at now: Int, isEphemeral: Bool = false, last: AlarmEntry? = nil) {
            loss = FoldedLoss(updateEvery: 1, last: last)
            self.now = now
            self.isEphemeral = isEphemeral
        }

        mutating func pass(_ presence: FoldedLoss.Presence, due: [AlarmEntry] = []) {
            loss.observe(presence, isEphemeral: isEphemeral, now: now)
            for entry in due where !loss.folds(entry) { own.append(entry.alarmID) }
            if let event = loss.tell(now: now) { events.append(event) }
            unfolded.formUnion(loss.takeUnfolded())
            now += 1
        }

        mutating func passes(_ count: Int, _ presence: FoldedLoss.Presence) {
            for _ in 0..<count { pass(presence) }
        }

        /// Connected since a moment, and heard in each pass.
        mutating func here(_ count: Int, since: Int? = nil) {
            let since = since ?? now
            for _ in 0..<count { pass(.connected(since: since, heard: now)) }
        }

        var told: [AlarmStatus] { events.map(\.status) }
    }

    private func due(
        _ alarms: [UInt32],
        _ status: AlarmStatus = .warning,
        when: Int,
        to: String = "webmaster"
    )
        -> [AlarmEntry]
    {
        alarms.map { alarmEntry(7000 + $0, alarm: $0, status: status, when: when, recipient: to) }
    }

    @Test func vanishedIsOneEventAndBackIsOne() throws {
        var passes = Passes(at: start)
        passes.here(10, since: start - 100)
        let lost = passes.now
        passes.passes(5, .away(cleanly: false, since: lost))
        passes.pass(.away(cleanly: false, since: lost), due: due([1, 2, 3], when: passes.now))
        passes.pass(.away(cleanly: false, since: lost), due: due([4], when: passes.now))
        passes.passes(300, .away(cleanly: false, since: lost))
        #expect(passes.told == [.warning])
        let event = try #require(passes.events.first)
        #expect(event.oldStatus == .clear && event.folded == 3 && event.age == 5 && event.since == lost)
        #expect(event.recipient == "webmaster" && event.handler == alarmEntry().handler)
        #expect(passes.loss.loss?.folded == [1, 2, 3, 4])
        #expect(passes.loss.loss?.told == .warning)
        passes.here(60)
        #expect(passes.told == [.warning])
        passes.here(1, since: passes.now - 60)
        #expect(passes.told == [.warning, .clear])
        #expect(passes.events[1].oldStatus == .warning && passes.events[1].folded == 4)
        #expect(passes.loss.loss == nil)
        #expect(passes.own == [] && passes.unfolded == [1, 2, 3, 4])
        passes.here(100, since: passes.now - 61)
        #expect(passes.events.count == 2)
    }

    @Test func itGetsWorseOnce() {
        var passes = Passes(at: start)
        let away = FoldedLoss.Presence.away(cleanly: false, since: start)
        passes.pass(away, due: due([1], .warning, when: start))
        passes.pass(away, due: due([2], .critical, when: start + 1))
        passes.pass(away, due: due([3], .critical, when: start + 2) + due([4], .warning, when: start + 2))
        #expect(passes.told == [.warning, .critical])
        #expect(passes.events[1].oldStatus == .warning && passes.events[1].duration == 1)
        var other = Passes(at: start)
        other.pass(away, due: due([1], .warning, when: start) + due([2], .critical, when: start))
        other.pass(away, due: due([3], .warning, when: start + 1))
        #expect(other.told == [.critical])
        #expect(other.events[0].oldStatus == .clear)
    }

    @Test func leavingCleanlyCountsUnlessItIsEphemeral() {
        for isEphemeral in [false, true] {
            var passes = Passes(at: start, isEphemeral: isEphemeral)
            passes.here(10)
            passes.pass(.away(cleanly: true, since: passes.now), due: due([1, 2], .critical, when: passes.now))
            passes.passes(100, .away(cleanly: true, since: start + 10))
            #expect(passes.told == (isEphemeral ? [] : [.critical]))
            #expect(passes.loss.loss?.isExpected == isEphemeral)
            passes.here(61)
            #expect(passes.told == (isEphemeral ? [] : [.critical, .clear]))
            #expect(passes.own == [] && passes.loss.loss == nil)
        }
    }

    @Test func anEphemeralChildThatVanishesIsToldAsAnyOther() {
        var passes = Passes(at: start, isEphemeral: true)
        passes.here(10)
        passes.pass(.away(cleanly: false, since: passes.now), due: due([1], when: passes.now))
        #expect(passes.told == [.warning])
        #expect(passes.events[0].departure == .vanished)
    }

    @Test func anEphemeralChildThatIsLostAndThenLeavesIsWaitedForNoLonger() {
        var passes = Passes(at: start, isEphemeral: true)
        passes.pass(.away(cleanly: false, since: start), due: due([1], when: start))
        passes.here(5)
        passes.pass(.away(cleanly: true, since: passes.now))
        #expect(passes.told == [.warning, .clear])
        passes.passes(100, .away(cleanly: true, since: start + 6))
        passes.pass(.away(cleanly: true, since: start + 6), due: due([1], .critical, when: passes.now))
        #expect(passes.told == [.warning, .clear] && passes.own == [])
    }

    @Test func silenceWithAnOpenConnectionIsALoss() {
        var passes = Passes(at: start)
        passes.here(5)
        let heard = passes.now - 1
        // Up to the threshold its alarms are its own.
        passes.pass(.connected(since: start, heard: heard), due: due([1], when: passes.now))
        #expect(passes.own == [1] && passes.loss.loss == nil)
        passes.pass(.connected(since: start, heard: heard))
        passes.pass(.connected(since: start, heard: heard), due: due([2, 3], when: passes.now))
        #expect(passes.own == [1])
        #expect(passes.told == [.warning])
        #expect(passes.events[0].departure == .fellSilent && passes.events[0].since == heard)
        // The socket times out: the same loss goes on, and nothing is told again.
        passes.passes(600, .connected(since: start, heard: heard))
        passes.pass(.away(cleanly: false, since: passes.now), due: due([4], when: passes.now))
        #expect(passes.told == [.warning])
        #expect(passes.loss.loss?.since == heard && passes.loss.loss?.departure == .vanished)
        passes.here(61)
        #expect(passes.told == [.warning, .clear])
    }

    @Test func silenceThatEndsIsOverWhenItHasStayed() {
        var passes = Passes(at: start)
        passes.pass(.connected(since: start - 500, heard: start - 10), due: due([1], when: start))
        passes.here(60, since: start - 500)
        #expect(passes.told == [.warning])
        passes.here(1, since: start - 500)
        #expect(passes.told == [.warning, .clear])
    }

    @Test func thresholdOfSilenceFollowsTheChild() {
        #expect(FoldedLoss(updateEvery: 1).silentAfter == 3)
        #expect(FoldedLoss(updateEvery: 10).silentAfter == 30)
    }

    @Test func onePluginThatDiesIsNotTheChild() {
        var passes = Passes(at: start)
        passes.here(10)
        passes.pass(.connected(since: start, heard: passes.now), due: due([1], .critical, when: passes.now))
        #expect(passes.own == [1] && passes.told == [] && passes.loss.loss == nil)
    }

    @Test func flappingMakesOneEvent() {
        var passes = Passes(at: start)
        for round in 0..<20 {
            passes.pass(.away(cleanly: false, since: passes.now), due: due([UInt32(round)], when: passes.now))
            passes.passes(10, .away(cleanly: false, since: passes.now - 1))
            passes.here(59)
        }
        #expect(passes.told == [.warning])
        #expect(passes.loss.loss?.since == start)
        passes.here(1, since: passes.now - 59)
        #expect(passes.told == [.warning])
        passes.here(1, since: passes.now - 60)
        #expect(passes.told == [.warning, .clear])
        // Lost again later: another loss.
        passes.pass(.away(cleanly: false, since: passes.now), due: due([1], when: passes.now))
        #expect(passes.told == [.warning, .clear, .warning])
    }

    @Test func reconnectsBetweenTwoPassesDoNotCountAsStaying() {
        var passes = Passes(at: start)
        passes.pass(.away(cleanly: false, since: start), due: due([1], when: start))
        // Each pass finds it connected, each time anew.
        for _ in 0..<200 { passes.pass(.connected(since: passes.now, heard: passes.now)) }
        #expect(passes.told == [.warning])
        passes.here(60, since: passes.now - 1)
        #expect(passes.told == [.warning, .clear])
    }

    @Test func aStormOfReconnectsWithoutAlarmsSaysNothing() {
        var passes = Passes(at: start)
        for _ in 0..<50 {
            passes.pass(.away(cleanly: false, since: passes.now))
            passes.here(2)
        }
        passes.here(100, since: passes.now)
        #expect(passes.told == [] && passes.unfolded == [] && passes.loss.loss == nil)
    }

    @Test func whatRisesWhileItComesBackIsSentWhenItStays() {
        var passes = Passes(at: start)
        passes.pass(.away(cleanly: false, since: start), due: due([1, 2], when: start))
        passes.here(10)
        passes.pass(.connected(since: start + 1, heard: passes.now), due: due([3], .critical, when: passes.now))
        // It is here: that one of its charts is not makes no loss worse.
        #expect(passes.told == [.warning] && passes.own == [])
        // One clears meanwhile, by itself: the rules for all alarms keep it silent.
        passes.pass(.connected(since: start + 1, heard: passes.now), due: due([2], .clear, when: passes.now))
        #expect(passes.own == [2])
        passes.here(60, since: start + 1)
        #expect(passes.told == [.warning, .clear])
        #expect(passes.unfolded == [1, 3])
        passes.unfolded = []
        passes.here(2, since: start + 1)
        #expect(passes.unfolded == [])
    }

    @Test func nobodyIsToldBySilentRecipients() {
        var passes = Passes(at: start)
        let away = FoldedLoss.Presence.away(cleanly: false, since: start)
        passes.pass(away, due: due([1], .critical, when: start, to: "silent"))
        #expect(passes.told == [] && passes.own == [])
        passes.pass(away, due: due([2], .warning, when: start, to: "dba"))
        #expect(passes.told == [.warning])
        #expect(passes.events[0].recipient == "dba" && passes.events[0].folded == 2)
    }

    @Test func aRestartWhileItIsLostTellsNothingTwice() throws {
        var before = Passes(at: start)
        before.pass(.away(cleanly: false, since: start - 40), due: due([1], when: start))
        let entry = before.events[0].entry(uniqueID: 9, alarmID: 8, eventID: 1, hostname: "web01")
        #expect(FoldedLoss.isEvent(entry))
        let logged = try #require(
            AlarmLogText.entry(AlarmLogText.line(entry, isNew: true, hostname: "web01").dropLast())
        )
        var passes = Passes(at: start + 500, last: logged)
        #expect(passes.loss.loss?.told == .warning && passes.loss.loss?.since == start - 40)
        passes.pass(.away(cleanly: false, since: 0), due: due([1, 2], when: passes.now))
        passes.passes(50, .away(cleanly: false, since: 0))
        #expect(passes.told == [])
        passes.pass(.away(cleanly: false, since: 0), due: due([3], .critical, when: passes.now))
        #expect(passes.told == [.critical])
        passes.here(61)
        #expect(passes.told == [.critical, .clear])
        #expect(passes.events[1].recipient == "webmaster" && passes.events[1].since == start - 40)
        // After another restart there is nothing to take up.
        let cleared = passes.events[1].entry(uniqueID: 11, alarmID: 8, eventID: 3, hostname: "web01")
        #expect(FoldedLoss(updateEvery: 1, last: cleared).loss == nil)
        #expect(FoldedLoss(updateEvery: 1, last: alarmEntry()).loss == nil)
    }

    @Test func anEphemeralChildThatIsAwayFromTheBeginningIsExpected() {
        var passes = Passes(at: start, isEphemeral: true)
        passes.pass(.away(cleanly: false, since: 0), due: due([1], when: start))
        #expect(passes.told == [])
        var permanent = Passes(at: start)
        permanent.pass(.away(cleanly: false, since: 0), due: due([1], when: start))
        #expect(permanent.told == [.warning])
    }

    @Test func theEventHasAllThatAHandlerGets() throws {
        var passes = Passes(at: start)
        let lost = start - 300
        passes.pass(.away(cleanly: false, since: lost), due: due([1, 2], .critical, when: start))
        let entry = passes.events[0].entry(uniqueID: 9, alarmID: 8, eventID: 1, hostname: "web01")
        let facts = NotificationFacts(
            registryHostname: "web01",
            nodeRegistryHostname: "parent",
            userConfigDirectory: "/etc/netdata",
            machineGUID: "G"
        )
        let arguments = try NotificationArguments.all(entry, facts)
        let expected = [
            "webmaster", "web01", "9", "8", "1", "\(start)", "child_lost", "NOCHART", "NOFAMILY", "CRITICAL", "CLEAR",
            "300",
            "0", "1@/etc/netdata/health.d/test.conf", "0", "0", "seconds ago",
            "web01 vanished (its connection broke off) at 2026-11-22 09:28:20 UTC; 2 alarms that watch its collection are "
                + "folded into this one", "00:05:00 ago", "now", "NOSOURCE", "NOERRMSG", "0", "0", "", "", "Unknown",
            "sudo /etc/netdata/edit-config health.d/test.conf=1=parent", "G",
        ]
        for index in 0..<29 { #expect(arguments[index] == expected[index], "argument \(index + 1)") }
        passes.here(61)
        let back = passes.events[1].entry(uniqueID: 10, alarmID: 8, eventID: 2, hostname: "web01")
        #expect(back.valueText == "now" && back.status == .clear && back.oldStatus == .critical)
        #expect(back.oldValue == 300 && back.duration == 61 && back.nonClearDuration == 61)
        #expect(
            back.info
                == "web01 is back since 2026-11-22 09:33:21 UTC; it had been lost since 2026-11-22 09:28:20 UTC, and "
                + "2 alarms had been folded"
        )
    }

    @Test func conditionsNameHostTimeAndCount() {
        var passes = Passes(at: start)
        passes.pass(.connected(since: start - 500, heard: start - 300), due: due([1], when: start))
        passes.here(61)
        let lines = passes.events.map { $0.condition.render($0.values(hostname: "web\u{1b}01")) }
        #expect(
            lines == [
                "child web\\x1b01 is lost: fell silent (its connection is open) at 2026-11-22 09:28:20 UTC (300 seconds ago). "
                    + "WARNING is sent once for all alarms that watch its collection, 1 so far.",
                "the loss of child web\\x1b01 is over, which had begun at 2026-11-22 09:28:20 UTC. Notifications that were folded: 1.",
            ]
        )
    }
}
