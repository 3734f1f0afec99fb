import Basics
import Config
import Diagnostics
import Status
import Wire

/// What other threads may know of a sender.
struct LinkFacts: Sendable {
    private let host: GUID
    private let bufferMax: Int
    private var state = LinkState.idle
    /// The destination in use, or the one tried last.
    private(set) var destination: String?
    private var attempts = 0
    private var retryAt: Int64?
    private var candidates: [SenderMachine.Candidate]
    /// The one of them that is in use.
    private var current: Int?
    private var lastError: StatusDocument.LinkError?
    private var compression: String?
    private var capabilities: [String] = []
    private var tls: StatusDocument.TLS?
    private var throughput = Throughput()
    /// Points that were sent because the parent had missed them, on all connections.
    private var replayedPoints = 0
    /// Bytes that the connection has and the parent's machine has not taken.
    var unsent = 0

    init(host: GUID, bufferMax: Int, candidates: [SenderMachine.Candidate]) {
        self.host = host
        self.bufferMax = bufferMax
        self.candidates = candidates
        destination = candidates.first?.destination.description
    }

    mutating func take(_ machine: SenderMachine) {
        candidates = machine.candidates
        current = machine.candidate
        attempts = machine.attempts
        destination = machine.current?.description ?? destination
        retryAt = nil
        switch machine.state {
        case .idle, .stopped: state = .idle
        case .connecting: state = .connecting
        case .encrypting: state = .tls
        case .handshake: state = .handshake
        case .live: state = .live
        case .waiting(let until):
            state = .waiting
            retryAt = until
        }
    }

    /// The connection is encrypted, or is none that is.
    mutating func encrypted(_ tls: StatusDocument.TLS?) { self.tls = tls }

    mutating func accepted(_ session: Session, compression: Bool) {
        self.compression = compression ? "lz4" : "none"
        capabilities = session.capabilities.logNames.split(separator: " ").map(String.init)
        throughput.startConnection()
    }

    mutating func disconnected() {
        compression = nil
        capabilities = []
        tls = nil
        unsent = 0
    }

    mutating func sent(_ bytes: Int, raw: Int, samples: Int, monotonic: Int64) {
        throughput.add(wireBytes: bytes, rawBytes: raw, samples: samples, monotonic: monotonic)
    }

    mutating func replayed(points: Int) { replayedPoints &+= points }

    /// - Parameter fix: this case's; without any those of the condition, as `tail` has them.
    mutating func failed(_ event: Event, evidence: String?, fix: [String] = []) {
        lastError = StatusDocument.LinkError(
            at: Double(event.at) / Double(microsecondsPerSecond),
            code: event.condition.code,
            text: event.text,
            evidence: evidence
        )
        lastError?.fix = fix.isEmpty ? event.condition.fix.map { spelledOut($0, event.values) } : fix
    }

    func link(now: Int64, monotonic: Int64, pending: Int, dropped: Int, heldCharts: Int) -> StatusDocument.Link {
        /// A moment of the clock that is never set, as the wall clock will show it.
        func wall(_ moment: Int64) -> Double {
            Double(now &+ (moment &- monotonic)) / Double(microsecondsPerSecond)
        }
        var link = StatusDocument.Link(hostGUID: host.description, state: state)
        if state == .live, heldCharts > 0 { link.state = .replicating }
        link.chartsLeft = state == .live ? heldCharts : nil
        link.replayedPoints = replayedPoints
        link.destination = destination
        link.retryAt = retryAt.map(wall)
        link.attempts = attempts
        link.lastError = lastError
        link.compression = compression
        link.capabilities = capabilities
        link.tls = tls
        link.outBytesPerSecond = throughput.rates(monotonic: monotonic).wire
        link.bufferBytes = pending &+ unsent
        link.bufferMaxBytes = bufferMax
        link.droppedSamples = dropped
        link.candidates = candidates.indices.map { index in
            let candidate = candidates[index]
            let isSkipped = candidate.skippedUntil > monotonic
            var shown = StatusDocument.Candidate(destination: candidate.destination.description)
            shown.code = candidate.code
            shown.state = index == current ? state.rawValue : isSkipped ? "skipped" : "ready"
            shown.skippedUntilAt = isSkipped ? wall(candidate.skippedUntil) : nil
            return shown
        }
        return link
    }
}
