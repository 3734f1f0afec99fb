import NIOCore
import Testing

@testable import Transport

/// What all streams are read into.
@Suite(.serialized) struct ReceiveBuffersTests {
    private func take() -> ByteBuffer { ReceiveBuffers.take(ByteBufferAllocator()) }

    private func place(_ buffer: ByteBuffer) -> UnsafeRawPointer? {
        buffer.withVeryUnsafeBytes { $0.baseAddress }
    }

    @Test func whatIsReadIsUsedAgain() {
        // Others may be reading at the same time.
        var seen: Set<UnsafeRawPointer?> = []
        for round in 0..<100 {
            var buffer = take()
            #expect(buffer.readableBytes == 0 && buffer.writableBytes == ReceiveBuffers.size)
            buffer.writeString("round \(round)")
            seen.insert(place(buffer))
            ReceiveBuffers.giveBack(buffer)
        }
        #expect(seen.count < 50)
    }

    @Test func whatSomebodyKeptStaysAsItIs() {
        var buffer = take()
        buffer.writeString("kept")
        ReceiveBuffers.giveBack(buffer)
        for _ in 0..<20 {
            var other = take()
            #expect(place(other) != place(buffer))
            other.writeString("others")
        }
        #expect(buffer == ByteBuffer(string: "kept"))
    }

    @Test func othersAreNotTaken() {
        var small = ByteBufferAllocator().buffer(capacity: 128)
        small.writeString("small")
        ReceiveBuffers.giveBack(small)
        #expect(take().storageCapacity == ReceiveBuffers.size)
    }
}
