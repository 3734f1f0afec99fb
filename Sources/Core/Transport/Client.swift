internal import Basics
internal import Config
internal import Diagnostics
internal import NIOCore
internal import System

/// One accepted connection, from its first byte until it closes or becomes a stream. Lives on the connection's loop.
final class Client {
    let context: ServerContext
    let policy: ServerPolicy
    let number: Int
    let peer: Peer
    let rights: Rights
    /// What its port does with who does not encrypt.
    let encryption: BindAddress.Encryption
    /// How it is encrypted; `nil` as long as it is not.
    var tls: TLSFacts?
    private var deadline: Scheduled<Void>?
    private var isStream = false
    /// Its time was over: said already.
    private(set) var hasExpired = false

    init(
        _ context: ServerContext,
        policy: ServerPolicy,
        peer: Peer,
        rights: Rights,
        encryption: BindAddress.Encryption = .standard
    ) {
        self.context = context
        self.policy = policy
        self.peer = peer
        self.rights = rights
        self.encryption = encryption
        number = context.nextClient()
    }

    /// Whether a stream may go on as it came: encrypted, or where plain ones are let pass. Unix sockets are always plain.
    var mayStream: Bool { tls != nil || encryption != .force || peer.isUnix }

    /// Whether it is sent to https instead of being answered.
    var isSentToTLS: Bool { tls == nil && policy.tls != nil && encryption != .optional && !peer.isUnix }

    /// Gives the client until then to finish its next request, however it dribbles; 0 is for ever.
    func expectRequest(within seconds: Int64, on eventLoop: any EventLoop, _ expired: @escaping () -> Void) {
        requestCame()
        guard seconds > 0 else { return }
        deadline = eventLoop.assumeIsolated().scheduleTask(in: .seconds(seconds)) {
            self.hasExpired = true
            expired()
        }
    }

    /// A request is there: no hurry any more.
    func requestCame() {
        deadline?.cancel()
        deadline = nil
    }

    /// The web server lets go of it; access.log says so.
    func becameStream() {
        isStream = true
        context.connections.becameStream(peer)
        log("'DISCONNECTED'")
    }

    /// The connection is closed.
    func ended() {
        requestCame()
        context.connections.leave(peer, wasStream: isStream)
        if !isStream { log("'DISCONNECTED'") }
    }

    func report(_ failure: TLSFailure) {
        let seconds = context.clock.now() / microsecondsPerSecond
        let diagnosis = TLSDiagnosis(failure, from: peer, now: seconds)
        report(diagnosis.condition, diagnosis.values)
    }

    func report(_ condition: Condition, _ values: [String: String] = [:]) { context.report(condition, peer, values) }

    /// What those get who speak another protocol (streaming protocol §14), as HTTP's own refusals; access.log has no line
    /// of it, like the original's.
    var notUnderstood: [UInt8] {
        let response = HTTPResponse.notUnderstood
        let now = context.clock.now() / microsecondsPerSecond
        return HTTPAnswer(policy: policy, now: now, request: nil, keepAlive: false).head(response) + response.body
    }

    // MARK: access.log

    func log(_ message: String) {
        context.accessLog.write(
            "\(number): \(Threads.current) '\(peer)' \(message)",
            at: context.clock.now()
        )
    }

    /// The line of an answered request.
    func log(_ answered: Answered) {
        func milliseconds(_ from: Int64, _ to: Int64) -> String {
            let hundredths = max(0, (to - from) / 10)
            let rest = hundredths % 100
            return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
        }
        let times = [
            milliseconds(answered.received, answered.prepared), milliseconds(answered.prepared, answered.sent),
            milliseconds(answered.received, answered.sent),
        ].joined(separator: "/")
        log(
            "'\(answered.mode)' (sent/all = \(answered.bytes)/\(answered.bytes) bytes -0%, "
                + "prep/sent/total = \(times) ms) \(answered.status) '\(escapedForLog(answered.url))'"
        )
    }

    /// What access.log says of a request (streaming protocol §16.2).
    struct Answered {
        /// `DATA`, `FILECOPY`, `OPTIONS`, `STREAM`.
        var mode: String
        /// Bytes of the body.
        var bytes: Int
        /// Microseconds of the monotonic clock: request complete, answer ready, answer on its way.
        var received: Int64
        var prepared: Int64
        var sent: Int64
        var status: Int
        /// Decoded.
        var url: String
    }
}
