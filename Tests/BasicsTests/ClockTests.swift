import Testing

@testable import Basics

@Suite struct ClockTests {
    @Test func standsStillUntilTold() {
        let clock = ManualClock(seconds: 100)
        #expect(clock.now() == 100_000_000 && clock.monotonic() == microsecondsPerSecond)
        clock.advance(seconds: 2)
        clock.advance(microseconds: 5)
        #expect(clock.now() == 102_000_005 && clock.monotonic() == 3_000_005)
    }

    @Test func settingTheWallClockLetsNoTimePass() {
        let clock = ManualClock(seconds: 100)
        clock.set(seconds: 50)
        #expect(clock.now() == 50_000_000 && clock.monotonic() == microsecondsPerSecond)
        clock.advance(seconds: 1)
        #expect(clock.now() == 51_000_000 && clock.monotonic() == 2_000_000)
    }
}
