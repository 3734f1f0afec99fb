internal import Basics
internal import Glibc
internal import NIOCore
internal import System
internal import Transport

/// One connection to a far end: what is said, and what is heard.
struct Dialogue: ~Copyable {
    /// A refusal has 67 bytes, a head of HTTP a few hundred, the whole document of a node some thousands.
    static let answerLimit = 64 << 10
    /// How long something that has begun to answer may pause.
    private static let pauseMicroseconds: Int64 = 300_000

    private let socket: BlockingSocket
    private var session: TLSSession?

    /// What came.
    struct Heard {
        var bytes: [UInt8] = []
        var isClosed = false
    }

    init(_ address: InternetAddress, timeout: Int64) throws(SystemError) {
        socket = try .connect(address, deadline: .init(after: timeout))
    }

    init(path: String, timeout: Int64) throws(SystemError) {
        socket = try .connect(path: path, deadline: .init(after: timeout))
    }

    // MARK: TLS

    /// Makes everything that follows encrypted.
    mutating func encrypt(_ context: TLSContext, name: String, timeout: Int64, clock: some Clock) -> Handshake {
        let start = clock.monotonic()
        let session = TLSSession(client: context, name: name)
        self.session = session
        let outcome = shake(session, .init(after: timeout))
        return Handshake(outcome, milliseconds: (clock.monotonic() &- start) / 1000)
    }

    private func shake(_ session: TLSSession, _ deadline: BlockingSocket.Deadline) -> Handshake.Outcome {
        do throws(TLSFailure) {
            try session.start()
            var plain = ByteBuffer()
            while true {
                if !flush(session, deadline) { return .failed(session.cut()) }
                if let facts = session.facts { return .established(facts) }
                var bytes: [UInt8] = []
                switch read(into: &bytes, deadline) {
                case .some(true): try receive(bytes, session, into: &plain)
                case .some(false): return .failed(session.cut())
                case .none: return .failed(session.expire())
                }
            }
        } catch {
            // The alert that says why.
            _ = flush(session, deadline)
            return .failed(error)
        }
    }

    private func receive(_ bytes: [UInt8], _ session: TLSSession, into plain: inout ByteBuffer) throws(TLSFailure) {
        let result = bytes.withUnsafeBytes { bytes -> Result<Void, TLSFailure> in
            do throws(TLSFailure) {
                return .success(try session.receive(bytes, into: &plain))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// False when the connection has gone.
    private func flush(_ session: TLSSession, _ deadline: BlockingSocket.Deadline) -> Bool {
        guard let output = session.takeOutput() else { return true }
        return (try? socket.write(Array(output.readableBytesView), deadline: deadline)) != nil
    }

    // MARK: Words

    /// Sends a request and takes the answer: to its end, or until nothing more comes.
    /// - Parameter isEnough: whether the bytes so far are a whole answer.
    func ask(_ request: [UInt8], timeout: Int64, isEnough: ([UInt8]) -> Bool) -> Heard {
        var heard = Heard()
        let deadline = BlockingSocket.Deadline(after: timeout)
        guard send(request, deadline) else {
            // What it said before it closed may still be there.
            _ = listen(&heard, .init(after: Self.pauseMicroseconds))
            heard.isClosed = true
            return heard
        }
        var isFirst = true
        while heard.bytes.count < Self.answerLimit, !isEnough(heard.bytes) {
            let wait = isFirst ? deadline : .init(after: Self.pauseMicroseconds)
            guard listen(&heard, wait) else { break }
            if !heard.bytes.isEmpty { isFirst = false }
        }
        return heard
    }

    /// Says that nothing more comes from here.
    func finish() {
        guard let session else { return }
        session.finish()
        _ = flush(session, .init(after: Self.pauseMicroseconds))
    }

    private func send(_ request: [UInt8], _ deadline: BlockingSocket.Deadline) -> Bool {
        guard let session else { return (try? socket.write(request, deadline: deadline)) != nil }
        let isTaken = request.withUnsafeBytes { (try? session.send($0)) != nil }
        return isTaken && flush(session, deadline)
    }

    /// Takes what comes next.
    /// - Returns: whether more may come.
    private func listen(_ heard: inout Heard, _ deadline: BlockingSocket.Deadline) -> Bool {
        var bytes: [UInt8] = []
        guard let isOpen = read(into: &bytes, deadline) else { return false }
        guard isOpen else {
            heard.isClosed = true
            return false
        }
        guard let session else {
            heard.bytes += bytes
            return true
        }
        var plain = ByteBuffer()
        do throws(TLSFailure) {
            try receive(bytes, session, into: &plain)
        } catch {
            heard.isClosed = true
        }
        heard.bytes += plain.readableBytesView
        if session.isFinished { heard.isClosed = true }
        return !heard.isClosed
    }

    /// - Returns: `nil` when nothing came in time; false at the end.
    private func read(into bytes: inout [UInt8], _ deadline: BlockingSocket.Deadline) -> Bool? {
        do throws(SystemError) {
            return try socket.read(into: &bytes, deadline: deadline) > 0
        } catch {
            return error.number == ETIMEDOUT ? nil : false
        }
    }
}
