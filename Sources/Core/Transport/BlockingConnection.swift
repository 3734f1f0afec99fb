internal import NIOCore
public import System

/// A connection for a thread that may wait, encrypted or not.
public struct BlockingConnection: ~Copyable {
    public typealias Failure = HTTPClient.Failure

    /// Bytes that ``write(_:from:timeout:)`` gives the whole time to.
    static let pieceBytes = 256 << 10
    /// Reads of one ``discardInput()`` at most: who answers without end does not hold us up.
    static let discardedReads = 64

    private let socket: BlockingSocket
    private let session: TLSSession?

    public init(_ socket: consuming BlockingSocket) {
        self.socket = socket
        session = nil
    }

    /// Encrypts before anything else is said.
    /// - Parameter session: a new one of a client.
    public init(
        _ socket: consuming BlockingSocket,
        _ session: TLSSession,
        _ deadline: BlockingSocket.Deadline
    ) throws(Failure) {
        self.socket = socket
        self.session = session
        do throws(TLSFailure) {
            try session.start()
        } catch {
            throw .encryption(error)
        }
        try send(session, deadline)
        var nothing = ByteBuffer()
        while !session.isEstablished {
            guard try receive(session, &nothing, deadline) else { throw .encryption(session.cut()) }
        }
    }

    public var isEncrypted: Bool { session != nil }

    /// What was agreed on; `nil` where nothing is encrypted.
    public var facts: TLSFacts? { session?.facts }

    /// Sends all of it.
    public func write(_ bytes: [UInt8], deadline: BlockingSocket.Deadline) throws(Failure) {
        guard let session else { return try put(bytes, deadline) }
        do {
            try bytes.withUnsafeBytes { try session.send($0) }
        } catch {
            throw Failure(error)
        }
        try send(session, deadline)
    }

    /// Sends what follows `offset`, which afterwards says how far it came. Who takes it slowly has the time for each piece.
    /// - Parameter timeout: microseconds.
    public func write(_ bytes: [UInt8], from offset: inout Int, timeout: Int64) throws(Failure) {
        while offset < bytes.count {
            let end = min(bytes.count, offset + Self.pieceBytes)
            let deadline = BlockingSocket.Deadline(after: timeout)
            if isEncrypted {
                try write(Array(bytes[offset..<end]), deadline: deadline)
                offset = end
                continue
            }
            do throws(SystemError) {
                try socket.write(bytes, from: &offset, to: end, deadline: deadline)
            } catch {
                throw Failure(error)
            }
        }
    }

    /// Throws away what has come, without waiting: for a peer whose answers nobody reads.
    /// - Returns: whether the connection still stands.
    public func discardInput() -> Bool {
        guard isEncrypted else { return socket.discardInput() }
        var rubbish: [UInt8] = []
        for _ in 0..<Self.discardedReads {
            do throws(Failure) {
                guard try read(into: &rubbish, deadline: .init(after: 0)) > 0 else { return false }
            } catch .timedOut {
                return true
            } catch {
                return false
            }
            rubbish.removeAll(keepingCapacity: true)
        }
        return true
    }

    /// Appends what has come, waiting for it if need be.
    /// - Returns: how many bytes; 0 at the end.
    public func read(into bytes: inout [UInt8], deadline: BlockingSocket.Deadline) throws(Failure) -> Int {
        guard let session else { return try fill(&bytes, deadline) }
        while !session.isFinished {
            var plain = ByteBuffer()
            guard try receive(session, &plain, deadline) else { return 0 }
            bytes += plain.readableBytesView
            if plain.readableBytes > 0 { return plain.readableBytes }
        }
        return 0
    }

    // MARK: Inside

    /// Takes what comes from the network, and sends what there is to say to it: an alert, where it cannot go on.
    /// - Returns: false at the end.
    private func receive(
        _ session: TLSSession,
        _ plain: inout ByteBuffer,
        _ deadline: BlockingSocket.Deadline
    ) throws(Failure) -> Bool {
        var cipher: [UInt8] = []
        do throws(Failure) {
            guard try fill(&cipher, deadline) > 0 else { return false }
        } catch .timedOut where !session.isEstablished {
            throw .encryption(session.expire())
        } catch .unreachable where !session.isEstablished {
            // A reset: as final as an end, and it says as little.
            throw .encryption(session.cut())
        }
        do {
            try cipher.withUnsafeBytes { try session.receive($0, into: &plain) }
        } catch {
            try? send(session, deadline)
            throw Failure(error)
        }
        try send(session, deadline)
        return true
    }

    private func send(_ session: TLSSession, _ deadline: BlockingSocket.Deadline) throws(Failure) {
        guard let cipher = session.takeOutput() else { return }
        try put(Array(cipher.readableBytesView), deadline)
    }

    private func put(_ bytes: [UInt8], _ deadline: BlockingSocket.Deadline) throws(Failure) {
        do throws(SystemError) {
            try socket.write(bytes, deadline: deadline)
        } catch {
            throw Failure(error)
        }
    }

    private func fill(_ bytes: inout [UInt8], _ deadline: BlockingSocket.Deadline) throws(Failure) -> Int {
        do throws(SystemError) {
            return try socket.read(into: &bytes, deadline: deadline)
        } catch {
            throw Failure(error)
        }
    }
}

extension HTTPClient.Failure {
    init(_ error: SystemError) { self = error.number == Errno.timedOut ? .timedOut : .unreachable(error) }

    /// - Parameter error: a session's.
    fileprivate init(_ error: any Error) {
        self = (error as? TLSFailure).map { .encryption($0) } ?? .malformed("\(error)")
    }
}
