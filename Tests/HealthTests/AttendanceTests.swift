import Testing

@testable import Health

/// When a host's alarms are looked at (health §5.1, §7).
@Suite struct AttendanceTests {
    private let start = 1_795_340_000

    /// A host, looked at once a second.
    private struct Looks {
        var attendance = Attendance()
        var host: HostSituation
        var hasRisen = false
        var stamp: UInt64 = 1
        var now: Int
        /// `SECOND STEP`, seconds since the beginning.
        var said: [String] = []
        private let start: Int

        init(_ attention: HostSituation.Attention, at start: Int) {
            host = HostSituation(attention: attention)
            now = start
            self.start = start
        }

        mutating func look(_ seconds: Int = 1) {
            for _ in 0..<seconds {
                let steps = attendance.step(host, hasRisen: hasRisen, stamp: stamp, now: now)
                said += steps.map { "\(now - start) \($0)" }
                now += 1
            }
        }

        mutating func connect(postpone: Int = 0) {
            (host.isConnected, host.hasVanished, host.goneAt) = (true, false, 0)
            (host.connectedAt, host.postponeSeconds) = (now, postpone)
        }

        mutating func leave(vanishes: Bool) {
            (host.isConnected, host.hasVanished, host.goneAt) = (false, vanishes, now)
        }
    }

    @Test func theOwnHostRunsAtOnce() {
        var looks = Looks(.always, at: start)
        looks.host.isOwn = true
        looks.look(3)
        #expect(looks.said == ["0 begins", "0 runs"])
        #expect(looks.attendance.isRunning)
        looks.host.attention = .off
        looks.look(2)
        #expect(looks.said.last == "3 ends" && !looks.attendance.isOn && !looks.attendance.isRunning)
    }

    @Test func whatIsOffSaysNothing() {
        var looks = Looks(.off, at: start)
        looks.connect(postpone: 5)
        looks.look(10)
        #expect(looks.said.isEmpty && !looks.attendance.isOn)
    }

    @Test(arguments: [HostSituation.Attention.always, .whileConnected])
    func aConnectIsPostponedAndSettles(_ attention: HostSituation.Attention) {
        var looks = Looks(attention, at: start)
        looks.connect(postpone: 5)
        looks.look(5)
        #expect(looks.said == ["0 begins", "0 postponed(seconds: 5)"])
        looks.look(5)
        #expect(looks.said.suffix(3) == ["5 resumes", "5 waitsForCharts", "7 runs"])
    }

    @Test func theLongestPostponement() {
        var looks = Looks(.whileConnected, at: start)
        looks.connect(postpone: 60)
        looks.look(60)
        #expect(!looks.attendance.isRunning)
        looks.look(3)
        #expect(looks.said.suffix(3) == ["60 resumes", "60 waitsForCharts", "62 runs"])
    }

    @Test func withoutPostponementItWaitsForTheCharts() {
        var looks = Looks(.whileConnected, at: start)
        looks.connect()
        for _ in 0..<4 {
            looks.look()
            looks.stamp += 1
        }
        #expect(looks.said == ["0 begins", "0 waitsForCharts"])
        looks.look()
        #expect(!looks.attendance.isRunning)
        looks.look(2)
        #expect(looks.said.last == "6 runs", "two seconds after the last chart")
    }

    @Test func chartsThatNeverSettleAreWaitedForALimitedTime() {
        var looks = Looks(.whileConnected, at: start)
        looks.connect()
        for _ in 0..<Attendance.settlingAtMost {
            looks.look()
            looks.stamp += 1
        }
        #expect(!looks.attendance.isRunning)
        looks.look()
        #expect(looks.attendance.isRunning)
    }

    @Test func replicationIsWaitedForALimitedTime() {
        var looks = Looks(.always, at: start)
        looks.connect()
        looks.host.isReplicating = true
        looks.look(100)
        #expect(!looks.attendance.isRunning)
        looks.host.isReplicating = false
        looks.look()
        #expect(looks.attendance.isRunning)

        var endless = Looks(.always, at: start)
        endless.connect()
        endless.host.isReplicating = true
        endless.look(Attendance.replicationAtMost)
        #expect(!endless.attendance.isRunning)
        endless.look()
        #expect(endless.attendance.isRunning)
    }

    @Test func aCleanExitEndsAutoAtOnceAndYesNever() {
        for (attention, ends) in [(HostSituation.Attention.whileConnected, true), (.always, false)] {
            var looks = Looks(attention, at: start)
            looks.connect()
            looks.look(5)
            looks.leave(vanishes: false)
            looks.look(2)
            #expect(looks.said.contains("5 ends") == ends)
            #expect(looks.attendance.isRunning == !ends)
        }
    }

    @Test func aVanishedChildIsFollowedUntilItsAlarmsHaveRisen() {
        var looks = Looks(.whileConnected, at: start)
        looks.connect()
        looks.look(5)
        looks.leave(vanishes: true)
        looks.look(100)
        #expect(looks.attendance.isRunning)
        looks.hasRisen = true
        looks.look()
        #expect(looks.said.last == "105 ends" && !looks.attendance.isRunning)
        looks.look(10)
        #expect(looks.said.last == "105 ends")
    }

    @Test func alarmsThatNeverRiseAreFollowedForALimitedTime() {
        var looks = Looks(.whileConnected, at: start)
        looks.connect()
        looks.look(5)
        looks.leave(vanishes: true)
        looks.look(Attendance.risingAtMost)
        #expect(looks.attendance.isRunning)
        looks.look()
        #expect(!looks.attendance.isOn)
    }

    @Test func oneThatVanishesBeforeItWasLookedAtIsNotFollowed() {
        var looks = Looks(.whileConnected, at: start)
        looks.connect(postpone: 60)
        looks.look(30)
        looks.leave(vanishes: true)
        looks.look()
        #expect(looks.said.last == "30 ends")
        looks.host.attention = .always
        looks.connect(postpone: 60)
        looks.look(30)
        looks.leave(vanishes: true)
        looks.look(31)
        #expect(looks.said.suffix(2) == ["91 resumes", "91 runs"], "with yes it is, when the time is over")
    }

    @Test func aReconnectBeginsAnew() {
        var looks = Looks(.whileConnected, at: start)
        looks.connect()
        looks.look(5)
        // Between two looks: nobody saw it go.
        looks.connect(postpone: 5)
        looks.look()
        #expect(looks.said.last == "5 postponed(seconds: 5)" && !looks.attendance.isRunning)
        looks.look(5)
        #expect(looks.attendance.isRunning)
        looks.leave(vanishes: false)
        looks.look(10)
        looks.connect(postpone: 5)
        looks.look()
        #expect(looks.said.suffix(2) == ["21 begins", "21 postponed(seconds: 5)"])
    }

    @Test func afterSleepEverythingWaits() {
        var looks = Looks(.always, at: start)
        looks.host.isOwn = true
        looks.look(3)
        looks.attendance.postpone(until: looks.now + 60)
        looks.look(60)
        #expect(!looks.attendance.isRunning && looks.attendance.isOn)
        looks.look()
        #expect(looks.attendance.isRunning)
        #expect(looks.said == ["0 begins", "0 runs", "63 resumes"], "it goes on, it does not begin")
        var off = Looks(.off, at: start)
        off.attendance.postpone(until: off.now + 60)
        off.host.attention = .always
        off.host.isOwn = true
        off.look()
        #expect(off.attendance.isRunning, "nobody was there to wait")
    }

    @Test func aConnectDuringThatDoesNotShortenIt() {
        var looks = Looks(.whileConnected, at: start)
        looks.connect()
        looks.look(5)
        looks.attendance.postpone(until: looks.now + 60)
        looks.connect(postpone: 5)
        looks.look(60)
        #expect(!looks.attendance.isRunning)
        looks.look(3)
        #expect(looks.attendance.isRunning)
    }

    @Test func aClockThatIsSetBackKeepsNobodyWaiting() {
        let day = 86_400
        var looks = Looks(.whileConnected, at: start)
        looks.connect(postpone: 5)
        looks.look(2)
        looks.now -= day
        looks.attendance.shift(by: -day)
        looks.look(3)
        #expect(!looks.attendance.isRunning)
        looks.look(5)
        #expect(looks.attendance.isRunning)
        // Set back between the connect and the first look.
        var late = Looks(.whileConnected, at: start)
        late.connect(postpone: 5)
        late.now -= day
        late.look(8)
        #expect(late.attendance.isRunning)
    }
}
