public import System

/// Fetches answers of a node's API, one at a time, on a thread that may wait; keeps its connection while it can.
public final class HTTPClient {
    /// Where the node answers.
    public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
        case tcp(host: String, port: String)
        case unix(path: String)

        public var description: String {
            switch self {
            case .tcp(let host, let port): host.utf8.contains(58) ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unix(let path): "unix:\(path)"
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
        /// The answer is longer than ``answerLimit``.
        case tooBig
        /// What came is no answer.
        case malformed(String)

        public var description: String {
            switch self {
            case .unresolved(let failure): failure.description
            case .unreachable(let error): error.description
            case .timedOut: "no answer in time"
            case .tooBig: "the answer is too big"
            case .malformed(let reason): "not understood: \(reason)"
            }
        }
    }

    /// Bytes of an answer, head and body.
    public static let answerLimit = 64 << 20

    public let endpoint: Endpoint
    private var kept = Kept()

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
        if let socket = kept.take() {
            // The node may have closed it meanwhile; then a new one is as good.
            if let response = try? exchange(socket, path, deadline, limit) { return response }
        }
        return try exchange(try connect(deadline), path, deadline, limit)
    }

    private func connect(_ deadline: BlockingSocket.Deadline) throws(Failure) -> BlockingSocket {
        switch endpoint {
        case .unix(let path):
            do throws(SystemError) {
                return try BlockingSocket.connect(path: path, deadline: deadline)
            } catch {
                throw Failure(error)
            }
        case .tcp(let host, let port):
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
    }

    private func exchange(
        _ socket: consuming BlockingSocket,
        _ path: String,
        _ deadline: BlockingSocket.Deadline,
        _ limit: Int
    ) throws(Failure) -> Response {
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .malformed("the path is not encoded") }
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
        try write(socket, request, deadline)
        var answer: [UInt8] = []
        var reply = HTTPReply()
        while true {
            let got = try read(socket, &answer, deadline)
            guard answer.count <= limit else { throw .tooBig }
            switch reply.state(answer, atEnd: got == 0) {
            case .incomplete: continue
            case .malformed(let reason): throw .malformed(reason)
            case .complete(let response, let keepAlive):
                if keepAlive { kept.put(socket) }
                return response
            }
        }
    }

    private func write(
        _ socket: borrowing BlockingSocket,
        _ text: String,
        _ deadline: BlockingSocket.Deadline
    ) throws(Failure) {
        do throws(SystemError) {
            try socket.write(Array(text.utf8), deadline: deadline)
        } catch {
            throw Failure(error)
        }
    }

    private func read(
        _ socket: borrowing BlockingSocket,
        _ answer: inout [UInt8],
        _ deadline: BlockingSocket.Deadline
    ) throws(Failure) -> Int {
        do throws(SystemError) {
            return try socket.read(into: &answer, deadline: deadline)
        } catch {
            throw Failure(error)
        }
    }
}

extension HTTPClient.Failure {
    init(_ error: SystemError) { self = error.number == Errno.timedOut ? .timedOut : .unreachable(error) }
}

/// Holds a connection between two questions.
private struct Kept: ~Copyable {
    private var socket: BlockingSocket?

    mutating func take() -> BlockingSocket? { socket.take() }

    mutating func put(_ socket: consuming BlockingSocket) { self.socket = consume socket }
}
