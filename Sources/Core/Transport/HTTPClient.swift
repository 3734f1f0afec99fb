public import System

/// Fetches answers of a node's API, one at a time, on a thread that may wait; keeps its connection while it can.
public final class HTTPClient {
    /// Where the node answers.
    public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
        /// - Parameter tls: whom to believe; `nil` is not encrypted.
        case tcp(host: String, port: String, tls: TLSTrust? = nil)
        case unix(path: String)

        /// `parent.example:19999`, `https://[::1]:19999`, `unix:/path`.
        public var description: String {
            switch self {
            case .tcp(_, _, let tls): (tls == nil ? "" : "https://") + authority
            case .unix(let path): "unix:\(path)"
            }
        }

        /// As a request names it: `parent.example:19999`, `[::1]:19999`.
        public var authority: String {
            switch self {
            case .tcp(let host, let port, _): host.utf8.contains(58) ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unix: "localhost"
            }
        }
    }

    public struct Response: Sendable {
        public let status: Int
        public let fields: HTTPFields
        public let body: [UInt8]
    }

    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        case unresolved(NameResolver.Failure)
        /// Nobody answers there: the errno says why.
        case unreachable(SystemError)
        case timedOut
        /// It could not be encrypted, or not any longer.
        case encryption(TLSFailure)
        /// Whom to believe cannot be read.
        case trust(TLSMaterialError)
        /// It was asked in plain and answered in TLS.
        case wantsTLS
        /// The answer is longer than ``answerLimit``.
        case tooBig
        /// What came is no answer.
        case malformed(String)

        public var description: String {
            switch self {
            case .unresolved(let failure): failure.description
            case .unreachable(let error): error.description
            case .timedOut: "no answer in time"
            case .encryption(let failure): "not encrypted: \(failure.kind)"
            case .trust(let error): error.description
            case .wantsTLS: "it speaks TLS"
            case .tooBig: "the answer is too big"
            case .malformed(let reason): "not understood: \(reason)"
            }
        }
    }

    /// Bytes of an answer, head and body.
    public static let answerLimit = 64 << 20

    public let endpoint: Endpoint
    private var kept = Kept()
    /// Made for the first connection: with it a later one takes up the same session.
    private var context: TLSContext?

    public init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    /// Asks for a path.
    /// - Parameters:
    ///   - path: with its query, encoded.
    ///   - timeout: microseconds for all of it, connecting included. Resolving a name cannot be interrupted.
    public func get(
        _ path: String,
        timeout: Int64 = 5_000_000,
        limit: Int = HTTPClient.answerLimit
    ) throws(Failure) -> Response {
        let deadline = BlockingSocket.Deadline(after: timeout)
        if let connection = kept.take() {
            // The node may have closed it meanwhile; then a new one is as good.
            if let response = try? exchange(connection, "GET", path, deadline, limit) { return response }
        }
        return try exchange(try connect(deadline), "GET", path, deadline, limit)
    }

    /// Asks for something to be done; everything is in the path. Over a connection of its own, so that it is done once.
    /// - Parameters:
    ///   - path: with its query, encoded.
    ///   - timeout: microseconds, as with ``get(_:timeout:limit:)``.
    public func post(_ path: String, timeout: Int64 = 5_000_000) throws(Failure) -> Response {
        let deadline = BlockingSocket.Deadline(after: timeout)
        return try exchange(try connect(deadline), "POST", path, deadline, HTTPClient.answerLimit)
    }

    private func connect(_ deadline: BlockingSocket.Deadline) throws(Failure) -> BlockingConnection {
        switch endpoint {
        case .unix(let path):
            do throws(SystemError) {
                return BlockingConnection(try BlockingSocket.connect(path: path, deadline: deadline))
            } catch {
                throw Failure(error)
            }
        case .tcp(let host, let port, nil): return BlockingConnection(try reach(host, port, deadline))
        case .tcp(let host, let port, let trust?):
            let context = try believing(trust)
            let socket = try reach(host, port, deadline)
            let session = TLSSession(client: context, name: host, destination: endpoint.description)
            return try BlockingConnection(socket, session, deadline)
        }
    }

    private func reach(
        _ host: String,
        _ port: String,
        _ deadline: BlockingSocket.Deadline
    ) throws(Failure) -> BlockingSocket {
        let addresses: [InternetAddress]
        do throws(NameResolver.Failure) {
            addresses = try NameResolver.resolve(host: host, port: port, interface: nil)
        } catch {
            throw .unresolved(error)
        }
        var failure = Failure.malformed("no address")
        for address in addresses {
            do throws(SystemError) {
                return try BlockingSocket.connect(address, deadline: deadline)
            } catch {
                failure = Failure(error)
            }
        }
        throw failure
    }

    private func believing(_ trust: TLSTrust) throws(Failure) -> TLSContext {
        if let context { return context }
        do throws(TLSMaterialError) {
            let new = try TLSContext.client(trust)
            context = new
            return new
        } catch {
            throw .trust(error)
        }
    }

    private func exchange(
        _ connection: consuming BlockingConnection,
        _ method: String,
        _ path: String,
        _ deadline: BlockingSocket.Deadline,
        _ limit: Int
    ) throws(Failure) -> Response {
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .malformed("the path is not encoded") }
        let length = method == "POST" ? "Content-Length: 0\r\n" : ""
        let request =
            "\(method) \(path) HTTP/1.1\r\nHost: \(endpoint.authority)\r\n\(length)Connection: keep-alive\r\n\r\n"
        try connection.write(Array(request.utf8), deadline: deadline)
        var answer: [UInt8] = []
        var reply = HTTPReply()
        while true {
            let got = try connection.read(into: &answer, deadline: deadline)
            guard answer.count <= limit else { throw .tooBig }
            // What a server that takes nothing else says to a plain question: an alert.
            if !connection.isEncrypted, answer.starts(with: [0x15, 0x03]) { throw .wantsTLS }
            switch reply.state(answer, atEnd: got == 0) {
            case .incomplete: continue
            case .malformed(let reason): throw .malformed(reason)
            case .complete(let response, let keepAlive):
                if keepAlive { kept.put(connection) }
                return response
            }
        }
    }
}

/// Holds a connection between two questions.
private struct Kept: ~Copyable {
    private var connection: BlockingConnection?

    mutating func take() -> BlockingConnection? { connection.take() }

    mutating func put(_ connection: consuming BlockingConnection) { self.connection = consume connection }
}
