import NIOCore
import Testing

@testable import Transport

/// Answers that are sent a slice at a time.
@Suite struct AnswerBytesTests {
    /// However much of it was sent already, and wherever slices end: what is left, once.
    @Test(arguments: [0, 1, AnswerBytes.atOnce - 300, AnswerBytes.atOnce, 3 * AnswerBytes.atOnce + 11])
    func slicesAreTheWhole(length: Int) {
        let head = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let body = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let whole = head + body
        for sent in Set([0, 1, 299, 300, 301, AnswerBytes.atOnce, whole.count - 1]) where sent < whole.count {
            var bytes = AnswerBytes(head: head, body: body, sent: sent)
            var taken: [UInt8] = []
            while !bytes.isEmpty {
                let slice = bytes.takeNext(ByteBufferAllocator())
                #expect(slice.readableBytes > 0 && slice.readableBytes <= AnswerBytes.atOnce)
                taken += slice.readableBytesView
            }
            #expect(taken == Array(whole[sent...]), "\(length) bytes, \(sent) of them sent")
        }
    }
}
