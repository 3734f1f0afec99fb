public import Basics
internal import Config
internal import System
public import Transport
internal import Wire

/// Looks at a parent: dials it, one connection after the other, and finds out what it offers to a child.
///
/// Without a key it shakes hands and asks for a web page, which no parent complains about. With one it asks to stream, as
/// a host that never was.
public struct Walk {
    private let child: Child
    private let key: GUID?
    private let timeoutSeconds: Int
    private let clock: any Clock
    private let version: String

    /// - Parameters:
    ///   - key: asks to stream with it.
    ///   - timeoutSeconds: how long each answer may take.
    ///   - version: of this program, as its requests say it.
    public init(_ child: Child, key: GUID?, timeoutSeconds: Int, clock: any Clock, version: String) {
        self.child = child
        self.key = key
        self.timeoutSeconds = timeoutSeconds
        self.clock = clock
        self.version = version
    }

    /// - Throws: when `CAfile` or `CApath` are there, but cannot be used.
    public func run() throws(TLSMaterialError) -> Offer {
        let credulous = try TLSContext.client(child.credulous)
        let verifying = try TLSContext.client(child.trust)
        var walker = Walker(child: child, timeout: Int64(timeoutSeconds) * microsecondsPerSecond, clock: clock)
        walker.offer.timeoutSeconds = timeoutSeconds
        guard walker.connect() else { return walker.offer }
        let page = Array(
            "GET /api/v1/info HTTP/1.1\r\nHost: \(child.destination.host)\r\nUser-Agent: ndstream/\(version)\r\nConnection: close\r\n\r\n"
                .utf8
        )
        walker.shakeHands(credulous, asking: page)
        walker.askPlainly(page)
        if key != nil {
            walker.streamPlainly(request())
            walker.streamEncrypted(verifying, credulous, request)
        }
        return walker.offer
    }

    /// A request of a host that nobody has heard of.
    private func request() -> [UInt8] {
        var request = StreamRequest()
        request.key = key?.description
        request.hostname = "ndstream-check-tls"
        request.machineGUID = GUID(random: SystemRandom.bytes(16)).description
        request.version = 5
        request.programName = "ndstream"
        request.programVersion = version
        // Only names can be too long, and these are not.
        return (try? request.encode()) ?? []
    }
}

/// The walk as it goes.
private struct Walker: ~Copyable {
    let child: Child
    let timeout: Int64
    let clock: any Clock
    var offer = Offer(.unreachable)
    private var address: InternetAddress?
    /// The connection that ``connect()`` has made, for whoever dials first.
    private var waiting: Dialogue?

    init(child: Child, timeout: Int64, clock: any Clock) {
        self.child = child
        self.timeout = timeout
        self.clock = clock
    }

    private var isSilent: Bool {
        offer.plain?.kind == .silent || offer.handshake?.failure?.kind == .timedOut
    }

    /// Nobody is given the whole time twice.
    private var patience: Int64 { isSilent ? min(timeout, microsecondsPerSecond) : timeout }

    private mutating func dial() throws(SystemError) -> Dialogue {
        if let waiting = waiting.take() { return waiting }
        guard let address else { return try Dialogue(path: child.destination.host, timeout: timeout) }
        return try Dialogue(address, timeout: timeout)
    }

    // MARK: Reaching it

    /// Tries the addresses in their order, as a child does.
    mutating func connect() -> Bool {
        guard child.destination.transport == .tcp else { return attempt(nil, child.destination.description) }
        let addresses: [InternetAddress]
        do throws(NameResolver.Failure) {
            addresses = try NameResolver.resolve(
                host: child.destination.host,
                port: child.destination.port,
                interface: child.destination.interface
            )
        } catch {
            offer.reach = .unknownHost(error.reason)
            return false
        }
        for (index, address) in addresses.enumerated() where attempt(address, address.description) {
            offer.otherAddresses = addresses[(index + 1)...].map(\.description)
            return true
        }
        return false
    }

    private mutating func attempt(_ address: InternetAddress?, _ name: String) -> Bool {
        self.address = address
        let start = clock.monotonic()
        do throws(SystemError) {
            waiting = try dial()
            offer.attempts.append(Offer.Attempt(name))
            offer.reach = .connected(milliseconds: (clock.monotonic() &- start) / 1000)
            return true
        } catch {
            offer.attempts.append(Offer.Attempt(name, failure: error.reason, number: error.number))
            return false
        }
    }

    // MARK: Without a key

    mutating func shakeHands(_ context: TLSContext, asking page: [UInt8]) {
        guard child.destination.transport == .tcp, var dialogue = try? dial() else { return }
        offer.handshake = dialogue.encrypt(context, name: child.name, timeout: timeout, clock: clock)
        guard offer.handshake?.facts != nil else { return }
        let heard = dialogue.ask(page, timeout: timeout) { HTTPEnd.isThere($0) }
        offer.encrypted = Answer(heard.bytes, isClosed: heard.isClosed)
        dialogue.finish()
    }

    mutating func askPlainly(_ page: [UInt8]) {
        guard let dialogue = try? dial() else { return }
        let heard = dialogue.ask(page, timeout: patience) { HTTPEnd.isThere($0) }
        var answer = Answer(heard.bytes, isClosed: heard.isClosed)
        // Only its document says who it is, and where plain requests are sent away that came over TLS.
        if let encrypted = offer.encrypted, encrypted.isOurs, answer.server?.contains("Netdata") == true {
            answer.server = encrypted.server
        }
        offer.plain = answer
    }

    // MARK: With one

    mutating func streamPlainly(_ request: [UInt8]) {
        guard let dialogue = try? dial() else { return }
        offer.plainStream = answer(to: request, dialogue)
    }

    mutating func streamEncrypted(_ verifying: TLSContext, _ credulous: TLSContext, _ request: () -> [UInt8]) {
        guard offer.handshake?.facts != nil, var dialogue = try? dial() else { return }
        offer.verifiedHandshake = dialogue.encrypt(verifying, name: child.name, timeout: patience, clock: clock)
        if offer.verifiedHandshake?.facts == nil {
            guard let other = try? dial() else { return }
            dialogue = other
            guard dialogue.encrypt(credulous, name: child.name, timeout: patience, clock: clock).facts != nil else {
                return
            }
        }
        offer.encryptedStream = answer(to: request(), dialogue)
        dialogue.finish()
    }

    private func answer(to request: [UInt8], _ dialogue: borrowing Dialogue) -> StreamAnswer {
        let heard = dialogue.ask(request, timeout: patience) { bytes in
            switch Reply.parse(bytes) {
            case .nothing: false
            case .notUnderstood: HTTPEnd.isThere(bytes)
            default: true
            }
        }
        return StreamAnswer(heard.bytes, isClosed: heard.isClosed)
    }
}

/// Where an answer ends that is no stream of bytes without one.
private enum HTTPEnd {
    /// Whether a head says how long its body is, and the body is there.
    static func isThere(_ bytes: [UInt8]) -> Bool {
        guard bytes.starts(with: "HTTP/".utf8) else {
            // A banner, or a record of TLS: nothing that follows says more.
            return bytes.count >= 2 && !"HTTP/".utf8.starts(with: bytes.prefix(5))
        }
        let end = Array("\r\n\r\n".utf8)
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return false }
        let head = String(decoding: bytes[..<start], as: UTF8.self).lowercased()
        for line in head.split(whereSeparator: \.isNewline) where line.hasPrefix("content-length:") {
            let length = Int(line.dropFirst("content-length:".count).filter(\.isNumber)) ?? 0
            return bytes.count >= start + 4 + length
        }
        return false
    }
}
