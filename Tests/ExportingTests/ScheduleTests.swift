import Testing

@testable import Exporting

@Suite struct ScheduleTests {
    @Test func inTheLastSecondOfEachPeriod() {
        var schedule = Schedule(period: 5, step: 1, now: 1_795_339_831)
        let due = (1_795_339_831...1_795_339_845).compactMap { now in schedule.due(at: now).map { [$0, now] } }
        #expect(
            due == [
                [1_795_339_831, 1_795_339_834], [1_795_339_834, 1_795_339_839], [1_795_339_839, 1_795_339_844],
            ]
        )
    }

    @Test func inTheLastStepWhereCollectionIsSlower() {
        var schedule = Schedule(period: 10, step: 2, now: 100)
        let due = (100...120).filter { schedule.due(at: $0) != nil }
        #expect(due == [108, 118])
    }

    @Test func whatWasSleptThroughIsOneBatch() {
        var schedule = Schedule(period: 10, step: 1, now: 100)
        let due = [109, 163, 168, 169].map { schedule.due(at: $0) }
        #expect(due == [100, 109, nil, 163])
    }

    @Test func aClockThatIsSetBackSendsNothingTwice() {
        var schedule = Schedule(period: 10, step: 1, now: 1000)
        let due = [1009, 500, 508, 509].map { schedule.due(at: $0) }
        #expect(due == [1000, nil, nil, 500])
    }

    /// Slower than it exports: every collection.
    @Test func aPeriodBelowTheStep() {
        var schedule = Schedule(period: 1, step: 5, now: 100)
        let due = [101, 102].map { schedule.due(at: $0) }
        #expect(due == [100, 101])
    }
}
