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

@Suite struct BatchBufferTests {
    private func batch(_ metrics: Int, bytes: Int = 1) -> Batch {
        var batch = Batch()
        batch.metrics = metrics
        batch.bytes = [UInt8](repeating: 0, count: bytes)
        return batch
    }

    @Test func theOldestGoesFirst() {
        var buffer = BatchBuffer(limit: 2)
        let lost = [1, 2, 4].map { buffer.append(batch($0)) }
        #expect(lost == [0, 0, 1])
        #expect(buffer.metrics == 6 && buffer.bytes == 2)
        let first = buffer.takeFirst() ?? Batch()
        #expect(first.metrics == 2 && buffer.bytes == 1)
        let lostByPutting = buffer.putBack(first)
        #expect(lostByPutting == 0 && buffer.batches.map(\.metrics) == [2, 4])
    }

    @Test func whatComesBackIsTheOldest() {
        var buffer = BatchBuffer(limit: 1)
        _ = buffer.append(batch(1))
        let inFlight = buffer.takeFirst() ?? Batch()
        _ = buffer.append(batch(2))
        let lost = buffer.putBack(inFlight)
        #expect(lost == 1 && buffer.batches.map(\.metrics) == [2])
    }

    @Test func bytesHaveALimit() {
        var buffer = BatchBuffer(limit: 10, byteLimit: 10)
        let lost = [(1, 5), (2, 5), (4, 1)].map { buffer.append(batch($0.0, bytes: $0.1)) }
        #expect(lost == [0, 0, 1] && buffer.bytes == 6)
        // The newest stays, whatever its size.
        let lostByOne = buffer.append(batch(8, bytes: 99))
        #expect(lostByOne == 6 && buffer.batches.map(\.metrics) == [8])
    }

    @Test func atLeastOne() {
        var buffer = BatchBuffer(limit: 0)
        let lost = buffer.append(batch(1))
        let (first, second) = (buffer.takeFirst(), buffer.takeFirst())
        #expect(lost == 0 && first != nil && second == nil)
    }
}
