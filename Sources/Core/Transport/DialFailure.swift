internal import NIOCore
internal import NIOPosix
internal import System

/// Why a connection could not be made.
public struct DialFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        /// The name has no address.
        case unresolved
        /// Nobody listens there.
        case refused
        /// No answer within the time.
        case timedOut
        /// No way there.
        case unreachable
        /// Anything else: ``number`` says what.
        case failed
    }

    public let kind: Kind
    /// The address that was tried last, or the name that could not be resolved.
    public let address: String
    /// The errno; 0 where there is none.
    public let number: Int32
    /// One line for a log.
    public let description: String

    init(_ failure: NameResolver.Failure) {
        kind = .unresolved
        address = failure.host
        number = 0
        description = failure.description
    }

    /// - Parameter error: what NIO says of a connection attempt.
    init(_ error: any Error, address: String) {
        self.address = address
        if let error = error as? IOError {
            number = error.errnoCode
            kind =
                number == Errno.refused
                ? .refused
                : number == Errno.timedOut ? .timedOut : Errno.unreachable.contains(number) ? .unreachable : .failed
            description = SystemError(operation: "connect", subject: address, number: number).description
        } else if case ChannelError.connectTimeout = error {
            number = Errno.timedOut
            kind = .timedOut
            description = SystemError(operation: "connect", subject: address, number: number).description
        } else {
            number = 0
            kind = .failed
            description = "connect \(address): \(error)"
        }
    }
}
