import Testing

@testable import Transport

/// Who is held back at the door. Times are microseconds.
@Suite struct CrowdTests {
    private let window = Crowd<Int>.window
    private let calm = Crowd<Int>.calm

    /// - Returns: those that may go on at a time.
    private func released(_ crowd: inout Crowd<Int>, _ now: Int64) -> [Int] {
        var released: [Int] = []
        while let next = crowd.next(now) { released.append(next) }
        return released
    }

    @Test func afterwardsTheyGoOnInTheirOrder() {
        var crowd = Crowd<Int>()
        for number in 0..<calm { #expect(crowd.come(number, 1000) == number) }
        #expect(crowd.due == nil && !crowd.isStorm)
        for number in calm..<100 { #expect(crowd.come(number, 1000) == nil) }
        #expect(crowd.isStorm)
        #expect(crowd.due == 1000 + window)
        #expect(released(&crowd, 999 + window).isEmpty)
        // The window that ends now was none that is calm; the next one is.
        #expect(released(&crowd, 1000 + window).isEmpty)
        #expect(crowd.come(100, 1001 + window) == nil)
        #expect(released(&crowd, 1000 + 2 * window) == Array(calm...100))
        #expect(!crowd.isStorm && crowd.due == nil)
        #expect(crowd.come(101, 1000 + 2 * window) == 101)
    }

    @Test func nobodyIsHeldForLong() {
        var crowd = Crowd<Int>()
        var (now, number, waited): (Int64, Int, Int64) = (0, 0, 0)
        var came: [Int64] = []
        // Ten thousand a second, for two seconds.
        while now < 2_000_000 {
            came.append(now)
            _ = crowd.come(number, now)
            for released in released(&crowd, now) { waited = max(waited, now - came[released]) }
            number += 1
            now += 100
        }
        #expect(waited == Crowd<Int>.patience)
        #expect(crowd.isStorm)
    }

    /// They have only connected yet: their words come next.
    @Test func whoIsSilentMakesAStormToo() {
        var crowd = Crowd<Int>()
        for _ in 0...calm { crowd.appears(0) }
        #expect(crowd.isStorm)
        #expect(crowd.come(1, 0) == nil)
        for round in 1...10 {
            for _ in 0...calm { crowd.appears(Int64(round) * window) }
            #expect(released(&crowd, Int64(round) * window).isEmpty)
        }
        #expect(released(&crowd, 12 * window) == [1])
    }

    @Test func atTheEndEverybodyGoes() {
        var crowd = Crowd<Int>()
        for number in 0..<100 { _ = crowd.come(number, 0) }
        var gone: [Int] = []
        while let next = crowd.popFirst() { gone.append(next) }
        #expect(gone == Array(calm..<100))
    }

    /// Whoever comes long after a storm does not meet it.
    @Test func aStormIsNotRemembered() {
        var crowd = Crowd<Int>()
        for number in 0...calm { _ = crowd.come(number, 0) }
        #expect(released(&crowd, 10_000_000) == [calm])
        #expect(crowd.come(7, 10_000_001) == 7)
    }

    @Test func thereIsRoomForSoMany() {
        var crowd = Crowd<Int>()
        let most = calm + Crowd<Int>.mostHeld
        for number in 0..<most { _ = crowd.come(number, 0) }
        #expect(crowd.come(most, 0) == most)
        #expect(released(&crowd, Crowd<Int>.patience).count == Crowd<Int>.mostHeld)
    }
}
