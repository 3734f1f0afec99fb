internal import Basics
internal import Config
internal import Diagnostics
internal import NIOCore

/// One accepted connection, from its first byte until it closes or becomes a stream. Lives on the connection's loop.
final class Client {
    let context: ServerContext
    let policy: ServerPolicy
    let log: ClientLog
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
        encryption: BindAddress.Encryption = .standard,
        log: ClientLog? = nil
    ) {
        self.context = context
        self.policy = policy
        self.peer = peer
        self.rights = rights
        self.encryption = encryption
        self.log = log ?? ClientLog(peer, context)
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
        log.write(ClientLog.disconnected)
    }

    /// The connection is closed.
    func ended() {
        requestCame()
        context.connections.leave(peer, wasStream: isStream)
        if !isStream { log.write(ClientLog.disconnected) }
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
}
