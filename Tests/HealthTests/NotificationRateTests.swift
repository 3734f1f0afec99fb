import Testing

@testable import Health

@Suite struct NotificationRateTests {
    private let second: Int64 = 1_000_000

    @Test func aHostHasItsOwnShareAndAllHaveOne() {
        var rate = NotificationRate(overall: .init(atOnce: 10, perSecond: 2), perHost: .init(atOnce: 3, perSecond: 1))
        func admitted(_ host: String, _ count: Int, at now: Int64) -> Int {
            (0..<count).count { _ in rate.admits(host: host, now: now) }
        }
        #expect(admitted("a", 10, at: 0) == 3)
        #expect(admitted("b", 10, at: 0) == 3)
        #expect(admitted("a", 10, at: second / 2) == 0)
        #expect(admitted("a", 10, at: second) == 1)
        // What one host may, all together may not any more: 10 + 2 have come in this second, 7 of them were taken.
        #expect(admitted("c", 10, at: second) == 3)
        #expect(admitted("d", 10, at: second) == 2)
        #expect(admitted("e", 10, at: second) == 0)
        #expect(admitted("a", 100, at: 3600 * second) == 3)
    }

    @Test func tenThousandInASecondAreNoMoreThanMayBe() {
        var rate = NotificationRate(
            overall: .init(atOnce: 1000, perSecond: 10),
            perHost: .init(atOnce: 200, perSecond: 1)
        )
        let one = (0..<10_000).count { rate.admits(host: "a", now: Int64($0) * 100) }
        #expect((200...201).contains(one))
        let all = (0..<10_000).count { rate.admits(host: "h\($0)", now: second + Int64($0) * 100) }
        #expect((790...830).contains(all))
    }

    @Test func inventingHostsGainsNothingAndTakesNoMemory() {
        var rate = NotificationRate(
            overall: .init(atOnce: 100_000, perSecond: 1),
            perHost: .init(atOnce: 2, perSecond: 1)
        )
        var admitted = 0
        for host in 0..<10_000 where rate.admits(host: "h\(host)", now: 0) { admitted += 1 }
        #expect(admitted == NotificationRate.hostsLimit + 2)
        // Quiet ones are forgotten, for new ones.
        let new = (0..<3).map { _ in rate.admits(host: "new", now: 3 * second) }
        #expect(new == [true, true, false])
    }

    @Test func aClockThatGoesBackGivesNothing() {
        var rate = NotificationRate(overall: .init(atOnce: 1, perSecond: 1), perHost: .init(atOnce: 1, perSecond: 1))
        let admitted = [100, 0, 99].map { rate.admits(host: "a", now: $0 * second) }
        #expect(admitted == [true, false, false])
    }
}

@Suite struct HandlerErrorsTests {
    @Test func linesAreCutAndLimited() {
        var errors = HandlerErrors()
        var line: [UInt8] = []
        var log: [String] = []
        func feed(_ text: String, now: Int64 = 0) {
            var bytes = Array(text.utf8)
            bytes.withUnsafeMutableBytes {
                errors.feed(UnsafeRawBufferPointer($0), line: &line, now: now, log: { log.append($0) })
            }
        }
        feed("one\r\n\ntw")
        feed("o\nthr")
        #expect(log == ["one", "two"])
        errors.end(&line, now: 0, log: { log.append($0) })
        #expect(log == ["one", "two", "thr"])
        feed(String(repeating: "x", count: HandlerErrors.lineLimit + 1) + "\n")
        #expect(log[3].utf8.count == HandlerErrors.lineLimit)
        for _ in 0..<HandlerErrors.linesPerPeriod { feed("x\n") }
        #expect(log.count == HandlerErrors.linesPerPeriod)
        let suppressed = [-1, 0, 0].map { errors.takeSuppressed(now: HandlerErrors.period + $0) }
        #expect(suppressed == [0, 4, 0])
        feed("x\n", now: HandlerErrors.period)
        #expect(log.count == HandlerErrors.linesPerPeriod + 1)
    }
}
