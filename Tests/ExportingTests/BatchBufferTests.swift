import Testing

@testable import Exporting

@Suite struct BatchBufferTests {
    private func batch(_ metrics: Int, bytes: Int = 1) -> Batch {
        Batch(parts: [.init(bytes: [UInt8](repeating: 0, count: bytes), metrics: metrics)])
    }

    @Test func theOldestGoesFirst() {
        var buffer = BatchBuffer(limit: 2)
        let lost = [1, 2, 4].map { buffer.append(batch($0)).map(\.metrics) }
        #expect(lost == [[], [], [1]])
        #expect(buffer.metrics == 6 && buffer.bytes == 2)
        let first = buffer.takeFirst() ?? Batch()
        #expect(first.metrics == 2 && buffer.bytes == 1)
        let lostByPutting = buffer.putBack(first)
        #expect(lostByPutting.isEmpty && buffer.batches.map(\.metrics) == [2, 4])
    }

    @Test func whatComesBackIsTheOldest() {
        var buffer = BatchBuffer(limit: 1)
        _ = buffer.append(batch(1))
        let inFlight = buffer.takeFirst() ?? Batch()
        _ = buffer.append(batch(2))
        let lost = buffer.putBack(inFlight)
        #expect(lost.map(\.metrics) == [1] && buffer.batches.map(\.metrics) == [2])
    }

    @Test func bytesHaveALimit() {
        var buffer = BatchBuffer(limit: 10, byteLimit: 10)
        let lost = [(1, 5), (2, 5), (4, 1)].map { buffer.append(batch($0.0, bytes: $0.1)).map(\.metrics) }
        #expect(lost == [[], [], [1]] && buffer.bytes == 6)
        // The newest stays, whatever its size.
        let lostByOne = buffer.append(batch(8, bytes: 99))
        #expect(lostByOne.map(\.metrics) == [2, 4] && buffer.batches.map(\.metrics) == [8])
    }

    @Test func atLeastOne() {
        var buffer = BatchBuffer(limit: 0)
        let lost = buffer.append(batch(1))
        let (first, second) = (buffer.takeFirst(), buffer.takeFirst())
        #expect(lost.isEmpty && first != nil && second == nil)
    }

    /// Where somebody takes away what is too much, only bytes throw anything out.
    @Test func anElasticOneOverflows() {
        var buffer = BatchBuffer(limit: 2, byteLimit: 10, isElastic: true)
        let lost = [1, 2, 4, 8].flatMap { buffer.append(batch($0)) }
        #expect(lost.isEmpty && buffer.batches.count == 4)
        let overflow = [buffer.takeOverflow(), buffer.takeOverflow(), buffer.takeOverflow()].map { $0?.metrics }
        #expect(overflow == [1, 2, nil])
        let thrown = buffer.append(batch(16, bytes: 9))
        #expect(thrown.map(\.metrics) == [4])
        // More than half of the bytes is too much too.
        let rest = [buffer.takeOverflow(), buffer.takeOverflow(), buffer.takeOverflow()].map { $0?.metrics }
        #expect(rest == [8, 16, nil])
        _ = buffer.append(batch(1))
        #expect(buffer.takeAll().map(\.metrics) == [1])
        #expect(buffer.bytes == 0 && buffer.batches.isEmpty)
    }
}
