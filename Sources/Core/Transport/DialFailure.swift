public import Config
internal import NIOCore
internal import NIOPosix
internal import System

/// Why a connection could not be made.
public struct DialFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        /// The name has no address, or the port's service no number.
        case unresolved
        /// The resolver gave no answer.
        case unanswered
        /// Nobody listens there.
        case refused
        /// No answer within the time.
        case timedOut
        /// No way there.
        case unreachable
        /// This machine has no descriptor, local port or memory left.
        case exhausted
        /// This machine does not allow it.
        case forbidden
        /// It could not be encrypted: ``tls`` says why.
        case encryption
        /// There is no such unix socket.
        case missing
        /// Anything else: ``number`` says what.
        case failed
    }

    public let kind: Kind
    /// The address that was tried, the path of a unix socket, or the name that could not be resolved.
    public let host: String
    public let port: String
    /// The errno, or the resolver's number; 0 where there is none.
    public let number: Int32
    /// What the system says of it: `Connection refused`.
    public let reason: String
    /// What went wrong with ``Kind/encryption``.
    public private(set) var tls: TLSFailure?
    /// What this side would need for ``Kind/encryption`` and cannot use: nobody was dialled.
    public private(set) var material: TLSMaterialError?
    /// The name's other addresses, which could not be connected either.
    public private(set) var others: [DialFailure] = []

    init(_ failure: NameResolver.Failure) {
        kind = failure.isFinal ? .unresolved : .unanswered
        host = failure.host
        port = failure.port
        number = failure.number
        reason = failure.reason
    }

    /// - Parameter error: what NIO says of a connection attempt to one address.
    init(_ error: any Error, host: String, port: String) {
        self.host = host
        self.port = port
        if let error = error as? IOError {
            number = error.errnoCode
        } else if case ChannelError.connectTimeout = error {
            number = Errno.timedOut
        } else {
            number = 0
        }
        kind = Kind(number)
        reason = number == 0 ? "\(error)" : SystemError(operation: "connect", number: number).reason
    }

    /// - Parameter peer: the address that was connected.
    init(_ failure: TLSFailure, at peer: Peer) {
        kind = .encryption
        host = peer.address
        port = peer.port
        number = 0
        reason = "\(failure.kind)"
        tls = failure
    }

    /// - Parameter destination: who was to be dialled.
    public init(_ error: TLSMaterialError, dialling destination: Destination) {
        kind = .encryption
        host = destination.host
        port = destination.port
        number = 0
        reason = error.description
        material = error
    }

    /// The same of a name that has other addresses too.
    func with(others: [DialFailure]) -> DialFailure {
        var copy = self
        copy.others = others
        return copy
    }

    /// One line for a log.
    public var description: String {
        switch kind {
        case .unresolved, .unanswered: "Cannot resolve host '\(host)', port '\(port)': \(reason)"
        default: "connect \(host):\(port): \(reason)\(number == 0 ? "" : " (\(number))")"
        }
    }
}

extension DialFailure {
    /// What became of a destination.
    /// - Parameters:
    ///   - error: what NIO says of all addresses.
    ///   - addresses: those of the name; `nil` as long as the resolver is at it.
    init(_ error: any Error, of destination: Destination, addresses: [InternetAddress]?) {
        guard let addresses else {
            self.init(error as? NameResolver.Failure ?? .slow(destination))
            return
        }
        guard let error = error as? NIOConnectionError, !error.connectionErrors.isEmpty else {
            // Whoever waited for several addresses cannot say which of them was silent.
            let only = addresses.count == 1 ? addresses[0] : nil
            let port = only.map { String($0.port) } ?? destination.port
            self.init(error, host: only?.host ?? destination.host, port: port)
            return
        }
        var failures = error.connectionErrors.map { failure in
            DialFailure(
                failure.error,
                host: failure.target.ipAddress ?? destination.host,
                port: failure.target.port.map(String.init) ?? destination.port
            )
        }
        // A machine without IPv6 says so of every IPv6 address: what another address says tells more.
        let main = failures.lastIndex { $0.kind != .unreachable } ?? failures.endIndex - 1
        self = failures.remove(at: main).with(others: failures)
    }
}

extension DialFailure.Kind {
    /// - Parameter number: the errno.
    init(_ number: Int32) {
        self =
            switch number {
            case Errno.refused: .refused
            case Errno.timedOut: .timedOut
            case Errno.missing: .missing
            case _ where Errno.unreachable.contains(number): .unreachable
            case _ where Errno.exhausted.contains(number): .exhausted
            case _ where Errno.forbidden.contains(number): .forbidden
            default: .failed
            }
    }
}

extension NameResolver.Failure {
    fileprivate static func slow(_ destination: Destination) -> NameResolver.Failure {
        NameResolver.Failure(host: destination.host, port: destination.port, reason: "the resolver does not answer")
    }
}
