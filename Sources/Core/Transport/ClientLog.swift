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
        text += message
        return AccessLog.Line(text: text, at: clock.now())
    }

    /// The line of an answered request.
    func line(_ answered: Answered) -> AccessLog.Line {
        var text = start
        text += "'"
        text += answered.mode
        text += "' (sent/all = "
        text += String(answered.bytes)
        text += "/"
        text += String(answered.whole)
        text += " bytes -"
        text += String(answered.saved)
        text += "%, prep/sent/total = "
        text += Self.milliseconds(answered.received, answered.prepared)
        text += "/"
        text += Self.milliseconds(answered.prepared, answered.sent)
        text += "/"
        text += Self.milliseconds(answered.received, answered.sent)
        text += " ms) "
        text += String(answered.status)
        text += " '"
        text += escapedForLog(answered.url)
        text += "'"
        return AccessLog.Line(text: text, at: clock.now())
    }

    /// Who writes, and of whom. Here and in ``line(_:)`` pieces are put one behind the other, without texts in between: it is done
    /// for each request.
    private var start: String {
        var text = String(number)
        text.reserveCapacity(256)
        text += ": "
        text += String(Threads.current)
        text += " '["
        text += peer.address
        text += "]:"
        text += peer.port
        text += "' "
        return text
    }

    private static func milliseconds(_ from: Int64, _ to: Int64) -> String {
        let hundredths = max(0, (to - from) / 10)
        let rest = hundredths % 100
        var text = String(hundredths / 100)
        text += rest < 10 ? ".0" : "."
        text += String(rest)
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
