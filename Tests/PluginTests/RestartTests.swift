import System
import Testing

@testable import Collection

/// When a plugin is started again, and when not (collectors §4).
struct RestartTests {
    private static let usual = PluginRestart(updateEvery: 2)

    @Test func aGoodRunIsFollowedByTheNextAfterItsInterval() {
        var restart = Self.usual
        #expect(restart.ended(.code(0), collected: 5, disabled: false) == .restart(afterSeconds: 2, .none))
        #expect(restart.ended(.code(0), collected: 0, disabled: false) == .restart(afterSeconds: 2, .none))
        #expect(restart.collections == 5)
    }

    @Test func aPluginWithNothingToSayIsTriedTenTimesAndGivenUp() {
        var restart = Self.usual
        for _ in 0..<10 {
            #expect(
                restart.ended(.code(0), collected: 0, disabled: false) == .restart(afterSeconds: 20, .uselessSuccess)
            )
        }
        #expect(restart.ended(.code(0), collected: 0, disabled: false) == .disable(.uselessSuccessTooOften(times: 11)))
    }

    @Test func aRunEndedByTermCountsAsSuccess() {
        var restart = Self.usual
        #expect(
            restart.ended(.signal(15), collected: 0, disabled: false) == .restart(afterSeconds: 20, .uselessSuccess)
        )
        #expect(restart.ended(.signal(15), collected: 1, disabled: false) == .restart(afterSeconds: 2, .none))
    }

    @Test(arguments: [1, 6, 9, 11] as [Int32])
    func anotherSignalDisables(_ signal: Int32) {
        var restart = Self.usual
        #expect(restart.ended(.signal(signal), collected: 100, disabled: false) == .disable(.killed(signal: signal)))
    }

    @Test func aFailureBeforeTheFirstCollectionDisables() {
        var restart = Self.usual
        #expect(restart.ended(.code(3), collected: 0, disabled: false) == .disable(.failedNeverCollected(code: 3)))
    }

    @Test func aFailureOfAPluginThatWorkedIsForgivenTenTimes() {
        var restart = Self.usual
        for run in 1...3 {
            #expect(
                restart.ended(.code(3), collected: 1, disabled: false)
                    == .restart(afterSeconds: 20, .failedAfterCollecting(code: 3, collections: run))
            )
        }
        for _ in 0..<10 {
            #expect(
                restart.ended(.code(3), collected: 0, disabled: false)
                    == .restart(afterSeconds: 20, .failedAfterCollecting(code: 3, collections: 3))
            )
        }
        #expect(
            restart.ended(.code(3), collected: 0, disabled: false)
                == .disable(.failedTooOften(code: 3, collections: 3, times: 11))
        )
    }

    @Test func aGoodRunForgetsTheFailures() {
        var restart = Self.usual
        _ = restart.ended(.code(1), collected: 1, disabled: false)
        for _ in 0..<10 { _ = restart.ended(.code(1), collected: 0, disabled: false) }
        #expect(restart.serialFailures == 10)
        _ = restart.ended(.code(1), collected: 1, disabled: false)
        #expect(restart.serialFailures == 0)
    }

    @Test func whatSaysDisableIsNotStartedAgain() {
        var useful = Self.usual
        #expect(useful.ended(.signal(15), collected: 1, disabled: true) == .disable(.none))
        var useless = Self.usual
        #expect(useless.ended(.signal(15), collected: 0, disabled: true) == .disable(.uselessSuccessDisabled))
        var failing = Self.usual
        #expect(failing.ended(.code(1), collected: 1, disabled: true) == .disable(.none))
    }
}
