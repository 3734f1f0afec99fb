internal import Basics
internal import Diagnostics
internal import System

/// What access.log says of one client (streaming protocol §16.2).
struct ClientLog: Sendable {
    /// Tells connections apart.
    let number: Int
    let peer: Peer
    private let file: AccessLog
    private let clock: any Clock

    init(_ peer: Peer, _ context: ServerContext) {
        number = context.nextClient()
        self.peer = peer
        file = context.accessLog
        clock = context.clock
    }

    static let connected = "'CONNECTED'"
    static let disconnected = "'DISCONNECTED'"

    func write(_ message: String) { write([line(message)]) }

    func write(_ lines: [AccessLog.Line]) { file.write(lines) }

    /// - Returns: a line of this moment, and of the calling thread.
    func line(_ message: String) -> AccessLog.Line {
        var text = start
        text.append(text: message)
        return line(of: text)
    }

    /// The line of an answered request.
    func line(_ answered: Answered) -> AccessLog.Line {
        var text = start
        text.append("'")
        text.append(text: answered.mode)
        text.append("' (sent/all = ")
        text.append(number: answered.bytes)
        text.append("/")
        text.append(number: answered.whole)
        text.append(" bytes -")
        text.append(number: answered.saved)
        text.append("%, prep/sent/total = ")
        text.append(milliseconds: answered.prepared - answered.received)
        text.append("/")
        text.append(milliseconds: answered.sent - answered.prepared)
        text.append("/")
        text.append(milliseconds: answered.sent - answered.received)
        text.append(" ms) ")
        text.append(number: answered.status)
        text.append(" '")
        text.append(text: escapedForLog(answered.url))
        text.append("'")
        return line(of: text)
    }

    private func line(of text: [UInt8]) -> AccessLog.Line {
        AccessLog.Line(text: String(decoding: text, as: UTF8.self), at: clock.now())
    }

    /// Who writes, and of whom.
    private var start: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(256)
        text.append(number: number)
        text.append(": ")
        text.append(number: Threads.current)
        text.append(" '[")
        text.append(text: peer.address)
        text.append("]:")
        text.append(text: peer.port)
        text.append("' ")
        return text
    }

    /// What access.log says of a request (streaming protocol §16.2).
    struct Answered {
        /// `DATA`, `FILECOPY`, `OPTIONS`, `STREAM`.
        var mode: String
        /// Bytes of the body as it was sent, and before it was compressed.
        var bytes: Int
        var whole: Int
        /// Microseconds of the monotonic clock: request complete, answer ready, answer on its way.
        var received: Int64
        var prepared: Int64
        var sent: Int64
        var status: Int
        /// Decoded.
        var url: String

        /// Percent that compressing has saved.
        var saved: Int { whole > bytes ? (whole - bytes) * 100 / whole : 0 }
    }
}

extension [UInt8] {
    /// A time in microseconds, as milliseconds with two decimals.
    fileprivate mutating func append(milliseconds microseconds: Int64) {
        let hundredths = Swift.max(0, microseconds / 10)
        append(number: hundredths / 100)
        append(UInt8(ascii: "."))
        append(UInt8(truncatingIfNeeded: 48 + hundredths / 10 % 10))
        append(UInt8(truncatingIfNeeded: 48 + hundredths % 10))
    }
}
