import Testing

@testable import Wire

/// Replies that come in pieces (streaming protocol §4), and answers that need their second line.
@Suite struct ReplyBufferTests {
    private func buffer(_ pieces: String...) -> ReplyBuffer {
        var buffer = ReplyBuffer()
        for piece in pieces { buffer.append(piece.utf8) }
        return buffer
    }

    @Test func nothingDecidesNothing() {
        #expect(!buffer().isDecided)
        #expect(buffer().isEmpty)
        #expect(buffer().reply == .nothing)
    }

    /// Whatever is cut where: nothing is judged too early, and in the end it is the same.
    @Test func everyCutOfEveryReply() {
        let replies: [Reply] = [
            .first, .hostLabels, .version(2), .version(5), .version(10_176), .version(9152), .denied, .busy, .already,
            .localhost, .virtualNode, .noAccess, .internalError, .initializing,
        ]
        for reply in replies {
            let bytes = Array(reply.text!.utf8)
            for cut in 1..<bytes.count {
                var buffer = ReplyBuffer()
                buffer.append(bytes[..<cut])
                #expect(!buffer.isDecided, "\(reply.text!) cut at \(cut)")
                buffer.append(bytes[cut...])
                #expect(buffer.reply == reply)
                // A number in pieces has no end that could be seen.
                if case .version = reply { continue }
                #expect(buffer.isDecided, "\(reply.text!) cut at \(cut)")
            }
            var whole = ReplyBuffer()
            whole.append(bytes)
            #expect(whole.isDecided && whole.reply == reply)
        }
    }

    /// What no parent answers to our request may be the beginning of something else.
    @Test(arguments: [
        (0, false), (1, false), (2, true), (5, true), (6, false), (64, true), (65, false), (1529, false),
        (15_296, true),
    ])
    func numbers(number: UInt32, isDecided: Bool) {
        #expect(buffer(Reply.version(number).text!).isDecided == isDecided)
    }

    @Test(arguments: [
        ("H", false), ("HTTP/", false), ("HTTP/1.1 400 Bad Request\r\n", false),
        ("HTTP/1.1 400 Bad Request\r\nServer: x\r\n", false), ("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", true),
        ("HTTP/1.0 400\n\n", true), ("S", false), ("SSH-2.0-", false), ("SSH-2.0-OpenSSH\r\n", true),
        ("\u{15}", false), ("\u{15}\u{3}\u{1}", false), ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{28}", true),
        ("\u{16}\u{3}", true), ("\u{0}", true), ("-ERR unknown command\r\n", true), ("Hello", true), ("He", true),
        ("You are not", false), ("You are nobody", true),
    ])
    func strangers(text: String, isDecided: Bool) {
        #expect(buffer(text).isDecided == isDecided)
    }

    /// At the limit it is judged, whatever might follow; nothing beyond is kept.
    @Test func theLimit() {
        let head = "HTTP/1.1 200 OK\r\n"
        let below = head + String(repeating: "x", count: ReplyBuffer.bytesMax - head.utf8.count - 1)
        #expect(!buffer(below).isDecided)
        #expect(buffer(below, "x").isDecided)
        #expect(buffer(below, "xxxx").bytes.count == ReplyBuffer.bytesMax)
    }

    @Test func evidenceIsPrintable() {
        #expect(buffer("a\u{1b}[2J\r\n\u{7f}é").evidence == "a\\x1b[2J\\x0d\\x0a\\x7f\\xc3\\xa9")
        #expect(buffer(String(repeating: "y", count: 81)).evidence.utf8.count == 80)
        #expect(evidenceText([0x16, 0x03, 0xff]) == "\\x16\\x03\\xff")
    }
}
