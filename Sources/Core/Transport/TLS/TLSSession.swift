internal import COpenSSL
public import NIOCore

/// One encrypted connection without its socket: bytes of the network in, readable bytes out, and the other way round.
///
/// Used by one thread at a time.
public final class TLSSession {
    /// Bytes of the far end that are kept to say what it is.
    public static let rememberedBytes = 256
    /// Bytes of a record's content (RFC 8446 §5.1).
    static let recordSize = 16_384
    /// Bytes that a record adds to its content, whatever the cipher.
    static let recordOverhead = 64

    public private(set) var isEstablished = false
    /// The far end has said that nothing more comes.
    public private(set) var isFinished = false

    private let context: TLSContext
    private let ssl: OpaquePointer
    /// What a client dialled, as ``TLSSessionCache`` knows it.
    private let destination: String?

    /// What came from the network and has not been read: only during ``receive(_:into:)``.
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var output = ByteBuffer()
    private var firstBytes: [UInt8] = []

    private var fatal: VerifyFailure?
    private var notes: [VerifyFailure] = []
    /// What was noted when the session began that a client would take up; a far end that begins anew sends its certificate
    /// again, and then it does not count.
    private var earlierNotes: [VerifyFailure] = []
    private var chain: [Certificate] = []
    private var alertSent: TLSAlert?
    private var alertReceived: TLSAlert?

    /// Accepts.
    public init(server context: TLSContext) {
        self.context = context
        destination = nil
        ssl = SSL_new(context.pointer)
        SSL_set_accept_state(ssl)
        connectPipes()
    }

    /// Connects.
    /// - Parameters:
    ///   - name: what was dialled, a name or an address: the certificate should be for it.
    ///   - destination: under which the session is found again next time; `nil`: it is not kept.
    public init(client context: TLSContext, name: String, destination: String? = nil) {
        self.context = context
        self.destination = destination
        ssl = SSL_new(context.pointer)
        SSL_set_connect_state(ssl)
        connectPipes()
        expect(name.hasSuffix(".") ? String(name.dropLast()) : name)
        if let destination {
            context.sessions.use(destination) {
                if SSL_set_session(ssl, $0.session) == 1 { earlierNotes = $0.notes }
            }
        }
    }

    deinit {
        // However a connection ends, its session may be taken up again: links that are cut are what it is for.
        if isEstablished { SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
        SSL_free(ssl)
    }

    /// The connection that a callback of the library is about.
    static func of(_ ssl: OpaquePointer) -> TLSSession? {
        nd_owner(ssl).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
    }

    private func connectPipes() {
        let this = Unmanaged.passUnretained(self).toOpaque()
        nd_set_owner(ssl, this)
        let pipe = BIO_new(TLSPipe.method.pointer)
        BIO_set_data(pipe, this)
        // Both directions go through one; the session owns it.
        SSL_set_bio(ssl, pipe, pipe)
    }

    /// Which name the certificate must be for; names are said to the far end too, so that it can choose one (SNI).
    private func expect(_ name: String) {
        let parameters = SSL_get0_param(ssl)
        guard X509_VERIFY_PARAM_set1_ip_asc(parameters, name) != 1 else { return }
        X509_VERIFY_PARAM_set1_host(parameters, name, 0)
        nd_set_server_name(ssl, name)
    }

    // MARK: Bytes

    /// Begins; ``takeOutput()`` has a client's first words then.
    public func start() throws(TLSFailure) { try handshake() }

    /// Takes what came from the network.
    /// - Parameter plain: gets what was in it.
    public func receive(_ bytes: UnsafeRawBufferPointer, into plain: inout ByteBuffer) throws(TLSFailure) {
        if !isEstablished, firstBytes.count < Self.rememberedBytes {
            firstBytes += bytes.prefix(Self.rememberedBytes - firstBytes.count)
        }
        input = bytes
        defer { input = UnsafeRawBufferPointer(start: nil, count: 0) }
        if !isEstablished { try handshake() }
        guard isEstablished else { return }
        // What is readable is shorter than what was encrypted, but for the record whose beginning came before.
        let room = input.count + (SSL_has_pending(ssl) == 1 ? Self.recordSize : 0)
        if room > 0 { plain.reserveCapacity(minimumWritableBytes: room) }
        while !isFinished, !input.isEmpty || SSL_has_pending(ssl) == 1 {
            ERR_clear_error()
            let got = plain.writeWithUnsafeMutableBytes(minimumWritableBytes: 1024) { space in
                max(0, Int(SSL_read(ssl, space.baseAddress, Int32(clamping: space.count))))
            }
            if got == 0 {
                let error = SSL_get_error(ssl, 0)
                if SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 { isFinished = alertReceived == .closeNotify }
                if isFinished { return }
                if error == SSL_ERROR_WANT_READ || wantsRead { return }
                throw failure()
            }
        }
    }

    /// Whether the library only waits for more.
    private var wantsRead: Bool { SSL_want(ssl) == SSL_READING && ERR_peek_error() == 0 && alertReceived == nil }

    /// Encrypts. Only once ``isEstablished``.
    public func send(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) {
        guard bytes.count > 0 else { return }
        ERR_clear_error()
        let records = bytes.count / Self.recordSize + 1
        output.reserveCapacity(minimumWritableBytes: bytes.count + records * Self.recordOverhead)
        var written = 0
        guard SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &written) == 1 else { throw failure() }
    }

    /// What has to go to the network.
    public func takeOutput() -> ByteBuffer? {
        guard output.readableBytes > 0 else { return nil }
        defer { output = ByteBuffer() }
        return output
    }

    /// Says that nothing more comes from here.
    public func finish() {
        ERR_clear_error()
        if isEstablished { SSL_shutdown(ssl) }
    }

    private func handshake() throws(TLSFailure) {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            isEstablished = true
            firstBytes = []
            if !isServer, !isResumed { chain = sentChain }
            return
        }
        guard SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ else { throw failure() }
    }

    private var isResumed: Bool { SSL_session_reused(ssl) == 1 }

    private var validNotes: [VerifyFailure] { isResumed ? earlierNotes : notes }

    private var isServer: Bool { SSL_is_server(ssl) == 1 }

    private var sentChain: [Certificate] {
        let stack = SSL_get_peer_cert_chain(ssl)
        return (0..<nd_chain_length(stack)).compactMap { nd_chain_at(stack, $0).map(Certificate.init) }
    }

    // MARK: What became of it

    /// What was agreed on; `nil` until it is.
    public var facts: TLSFacts? {
        guard isEstablished else { return nil }
        let certificate = SSL_get0_peer_certificate(ssl).map(Certificate.init)
        return TLSFacts(
            version: String(cString: SSL_get_version(ssl)),
            cipher: SSL_get_current_cipher(ssl).map { String(cString: SSL_CIPHER_get_name($0)) } ?? "",
            isVerified: isServer ? nil : !validNotes.contains { !$0.isAboutName } && SSL_get_verify_result(ssl) == 0,
            certificate: certificate,
            chain: chain,
            notes: validNotes,
            isResumed: isResumed
        )
    }

    /// The connection ended before it was established, or without a word.
    public func cut() -> TLSFailure { described(TLSFailure(.closed)) }

    /// The far end took too long.
    public func expire() -> TLSFailure { described(TLSFailure(.timedOut)) }

    private func failure() -> TLSFailure {
        let kind: TLSFailure.Kind
        if let fatal {
            kind = .certificate(fatal)
        } else if let alertReceived, alertReceived != .closeNotify {
            kind = .alert(alertReceived)
        } else if !Self.resemblesTLS(firstBytes) {
            kind = .notTLS
        } else {
            kind = .protocolError(TLSContext.lastError())
        }
        return described(TLSFailure(kind))
    }

    private func described(_ failure: TLSFailure) -> TLSFailure {
        var failure = failure
        failure.sent = alertSent
        failure.chain = chain
        failure.firstBytes = firstBytes
        return failure
    }

    /// A record's type, and the first byte of its version.
    static func resemblesTLS(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, (20...24).contains(first) else { return bytes.isEmpty }
        return bytes.count < 2 || bytes[1] == 3
    }

    // MARK: What the library calls

    /// Alerts.
    func noticed(_ what: Int32, _ value: Int32) {
        guard what & Int32(SSL_CB_ALERT) != 0 else { return }
        let alert = TLSAlert(Int(value & 0xff))
        if what & Int32(SSL_CB_READ) != 0 { alertReceived = alert } else { alertSent = alert }
    }

    /// A certificate does not hold.
    /// - Returns: whether to go on all the same.
    func judges(_ store: OpaquePointer) -> Bool {
        if chain.isEmpty {
            let sent = X509_STORE_CTX_get0_untrusted(store)
            chain = (0..<nd_chain_length(sent)).compactMap { nd_chain_at(sent, $0).map(Certificate.init) }
        }
        let found = VerifyFailure(
            number: Int(X509_STORE_CTX_get_error(store)),
            depth: Int(X509_STORE_CTX_get_error_depth(store)),
            certificate: X509_STORE_CTX_get_current_cert(store).map(Certificate.init)
        )
        let isNoted =
            switch context.side {
            case .client(.none): true
            case .client(.chainOnly): found.isAboutName
            case .client(.all), .server: false
            }
        if isNoted {
            if !notes.contains(found) { notes.append(found) }
            // What is only noted must not be what the session ends with.
            if found.isAboutName { X509_STORE_CTX_set_error(store, X509_V_OK) }
        } else if fatal == nil {
            fatal = found
        }
        return isNoted
    }

    /// The far end tells how to come back.
    /// - Returns: whether the session is kept, and with it the library's reference.
    func keep(_ session: OpaquePointer) -> Bool {
        guard let destination else { return false }
        context.sessions.put(destination, TLSSessionCache.Entry(session: session, notes: validNotes))
        return true
    }

    func take(_ space: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(space.count, input.count)
        guard count > 0 else { return 0 }
        space.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        input = UnsafeRawBufferPointer(rebasing: input[count...])
        return count
    }

    func give(_ bytes: UnsafeRawBufferPointer) { output.writeBytes(bytes) }
}
