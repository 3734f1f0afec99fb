import Testing

@testable import Transport

/// Memory of long bodies that is used again.
@Suite struct BodyBuffersTests {
    private let buffers = BodyBuffers()

    private func address(_ buffer: [UInt8]) -> UInt {
        buffer.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    /// Where an answer of so many bytes was, once it is sent.
    private func answer(_ count: Int) -> UInt {
        var buffer = buffers.take(capacity: count)
        buffer.append(contentsOf: repeatElement(1, count: count))
        var response = HTTPResponse(body: buffer)
        response.loan = BodyBuffers.Loan(of: buffer, from: buffers)
        return address(response.body)
    }

    @Test func theNextAnswerGetsTheSameMemory() {
        let first = answer(1 << 20)
        let next = buffers.take(capacity: 1 << 20)
        #expect(next.isEmpty && next.capacity >= 1 << 20)
        #expect(address(next) == first)
        // It is lent once.
        #expect(address(buffers.take(capacity: 1 << 20)) != first)
    }

    /// Somebody who still reads an answer goes on reading that one.
    @Test func whatIsStillReadStays() {
        let read = [UInt8](repeating: 7, count: 1 << 20)
        do { _ = BodyBuffers.Loan(of: read, from: buffers) }
        var next = buffers.take(capacity: 1 << 20)
        next.append(contentsOf: repeatElement(8, count: 1 << 20))
        #expect(read.allSatisfy { $0 == 7 })
    }

    @Test(arguments: [1, BodyBuffers.shortest - 64, BodyBuffers.longest + 4096])
    func shortAndHugeOnesAreNotKept(count: Int) {
        _ = answer(count)
        #expect(buffers.take(capacity: BodyBuffers.shortest).capacity < BodyBuffers.longest / 2)
        #expect(buffers.take(capacity: 0).capacity == 0)
    }
}
