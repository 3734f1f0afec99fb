import Basics
import Config
import Diagnostics
import System
import Transport

/// Why a part was not taken.
enum LinkFailure: Error {
    /// Nobody answers at any of the destinations: why at the last one.
    case unreachable(String)
    case notEncrypted(Destination, TLSFailure)
    /// Whom to believe cannot be read.
    case trust(TLSMaterialError)
    case writeFailed(asked: Int, written: Int, reason: String)
    case noAnswer(String)
    case noHTTP(String)
    /// An answer that is none of those that say yes.
    case answered(HTTPReply)
}

/// The connection of one connector, and what is said over it; used by the connector's thread only.
struct Link: ~Copyable {
    private let settings: ExportingSettings.Connector
    private var connection: BlockingConnection?
    /// Where it leads to; the last one where there is none now.
    private(set) var destination: Destination?
    /// Whether something was said over it already: then it may have been closed meanwhile.
    private var isUsed = false
    /// Whether the connection that just failed was one that had worked before, and not a byte came back over it.
    private var isStale = false
    private var context: TLSContext?
    /// Bytes that came in answers.
    private(set) var received = 0
    /// Answers that were read.
    private(set) var answers = 0
    /// Connections that were made.
    private(set) var connections = 0

    init(_ settings: ExportingSettings.Connector) { self.settings = settings }

    var isConnected: Bool { connection != nil }

    /// Microseconds.
    private var timeout: Int64 { Int64(settings.timeoutMilliseconds) * 1000 }

    mutating func close() {
        connection = nil
        isUsed = false
    }

    /// Files of certificates may have changed: the next connection reads them anew.
    mutating func forgetTrust() { context = nil }

    /// Whether the far end has closed it meanwhile; then it is closed here too. What is written into such a connection is lost
    /// without an error.
    mutating func closeIfEnded() -> Bool {
        guard let stands = connection?.discardInput(), !stands else { return false }
        close()
        return true
    }

    // MARK: Connecting

    /// Tries the destinations in turn, each with the whole timeout.
    mutating func connect() throws(LinkFailure) {
        var failure = LinkFailure.unreachable("no destination")
        for destination in settings.destinations {
            do throws(LinkFailure) {
                connection = try connect(to: destination)
            } catch {
                failure = error
                continue
            }
            self.destination = destination
            isUsed = false
            connections += 1
            return
        }
        throw failure
    }

    private mutating func connect(to destination: Destination) throws(LinkFailure) -> BlockingConnection {
        let context = destination.tls ? try trusting() : nil
        let socket = try reach(destination)
        guard let context else { return BlockingConnection(socket) }
        let session = TLSSession(client: context, name: destination.host, destination: destination.description)
        do throws(HTTPClient.Failure) {
            return try BlockingConnection(socket, session, .init(after: timeout))
        } catch .encryption(let failure) {
            throw .notEncrypted(destination, failure)
        } catch {
            throw .unreachable(error.description)
        }
    }

    private mutating func trusting() throws(LinkFailure) -> TLSContext {
        if let context { return context }
        do throws(TLSMaterialError) {
            let new = try TLSContext.client(TLSTrust(settings.encryption))
            context = new
            return new
        } catch {
            throw .trust(error)
        }
    }

    /// All addresses of a destination in turn.
    private func reach(_ destination: Destination) throws(LinkFailure) -> BlockingSocket {
        var failure = "no address"
        if destination.transport == .unix {
            do throws(SystemError) {
                return try BlockingSocket.connect(path: destination.host, deadline: .init(after: timeout))
            } catch {
                throw .unreachable(error.description)
            }
        }
        let addresses: [InternetAddress]
        do throws(NameResolver.Failure) {
            addresses = try NameResolver.resolve(
                host: destination.host,
                port: destination.port,
                interface: destination.interface
            )
        } catch {
            throw .unreachable(error.description)
        }
        for address in addresses {
            do throws(SystemError) {
                return try BlockingSocket.connect(address, deadline: .init(after: timeout))
            } catch {
                failure = error.description
            }
        }
        throw .unreachable(failure)
    }

    // MARK: Sending

    /// Sends one part over the connection there is, and waits for the answer where there is one.
    ///
    /// - Throws: ``LinkFailure``; unless it is an answer that keeps the connection, the connection is closed.
    mutating func send(_ part: Batch.Part) throws(LinkFailure) {
        guard settings.delivery.isHTTP else { return try write(part.bytes) }
        do throws(LinkFailure) {
            try ask(part)
        } catch .noAnswer where isStale {
            // A server that closes connections after some time: it has not seen this request.
            try connect()
            try ask(part)
        }
    }

    private mutating func ask(_ part: Batch.Part) throws(LinkFailure) {
        guard let destination else { throw .unreachable("no destination") }
        let wasUsed = isUsed
        isUsed = true
        isStale = false
        var reader = ReplyReader()
        let head = settings.requestHead(to: destination, bodyBytes: part.bytes.count)
        let reply: HTTPReply
        do throws(LinkFailure) {
            do throws(LinkFailure) {
                try write(head + part.bytes)
            } catch {
                // Whoever refuses early may have said why before closing.
                guard let early = try? answer(&reader, within: 0) else {
                    throw wasUsed && reader.isEmpty ? LinkFailure.noAnswer(error.reason) : error
                }
                close()
                throw .answered(early)
            }
            reply = try answer(&reader, within: timeout)
        } catch {
            if case .answered = error { throw error }
            isStale = wasUsed && reader.isEmpty && error.isAboutTheEnd
            close()
            throw error
        }
        answers += 1
        if !reply.keepsAlive { close() }
        guard reply.verdict == .accepted else { throw .answered(reply) }
    }

    /// - Parameter microseconds: for the whole of it.
    private mutating func answer(
        _ reader: inout ReplyReader,
        within microseconds: Int64
    ) throws(LinkFailure) -> HTTPReply {
        let deadline = BlockingSocket.Deadline(after: microseconds)
        var bytes: [UInt8] = []
        while true {
            bytes.removeAll(keepingCapacity: true)
            let got: Int
            do throws(HTTPClient.Failure) {
                got = try connection?.read(into: &bytes, deadline: deadline) ?? 0
            } catch {
                throw .noAnswer(error.description)
            }
            received += got
            switch got > 0 ? reader.read(bytes) : reader.end() {
            case .needsMore: continue
            case .done(let reply): return reply
            case .malformed(let reason): throw got > 0 ? .noHTTP(reason) : .noAnswer(reason)
            }
        }
    }

    private mutating func write(_ bytes: [UInt8]) throws(LinkFailure) {
        var written = 0
        do throws(HTTPClient.Failure) {
            try connection?.write(bytes, from: &written, timeout: timeout)
        } catch {
            if !settings.delivery.isHTTP { close() }
            throw .writeFailed(asked: bytes.count, written: written, reason: error.description)
        }
    }
}

extension LinkFailure {
    /// Whether the connection just ended: nobody was slow, and nobody said anything.
    fileprivate var isAboutTheEnd: Bool {
        switch self {
        case .noAnswer(let reason): reason != HTTPClient.Failure.timedOut.description
        default: false
        }
    }

    /// In a few words, for the status document.
    var reason: String {
        switch self {
        case .unreachable(let reason), .noAnswer(let reason), .noHTTP(let reason): reason
        case .writeFailed(_, _, let reason): reason
        case .notEncrypted(_, let failure): "not encrypted: \(failure.kind)"
        case .trust(let error): error.description
        case .answered(let reply): "HTTP \(reply.status): \(reply.words)"
        }
    }
}

extension TLSTrust {
    /// As the section has it, at this moment: the rules of `[stream]`.
    init(_ encryption: ExportingSettings.Encryption) {
        self.init(
            file: encryption.certificateFile,
            directory: encryption.certificateDirectory,
            skipsVerification: encryption.skipsCertificateVerification,
            verifyHostname: encryption.verifyHostname
        )
    }
}
