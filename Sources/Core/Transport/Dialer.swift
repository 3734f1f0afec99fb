public import Config
public import NIOCore
public import NIOPosix
import Synchronization
internal import System

/// Makes connections for streams (streaming protocol §11): names are resolved anew for every one of them, and the
/// addresses of both families are raced.
public final class Dialer: Sendable {
    /// Addresses of one name that are tried; more are left out.
    static let addressesMax = 16

    typealias Resolve = @Sendable (Destination) throws -> [InternetAddress]

    private let pool: NIOThreadPool
    private let keepalive: Keepalive
    private let resolve: Resolve
    /// Questions on their way: a proxy's many senders ask for the same name at once, and the pool has few threads.
    private let lookups = Mutex<[Question: EventLoopFuture<[InternetAddress]>]>([:])

    private struct Question: Hashable {
        var host: String
        var port: String
        var interface: String?
    }

    /// - Parameter pool: where names are resolved, because that may block.
    public convenience init(pool: NIOThreadPool) {
        self.init(pool: pool, keepalive: .standard) {
            try NameResolver.resolve(host: $0.host, port: $0.port, interface: $0.interface)
        }
    }

    init(pool: NIOThreadPool, keepalive: Keepalive, resolve: @escaping Resolve) {
        self.pool = pool
        self.keepalive = keepalive
        self.resolve = resolve
    }

    /// Connects to whichever address of the name answers first: one after the other is tried in steps of 250 ms, IPv6 and
    /// IPv4 in turn, or at once where all before it have failed (RFC 8305). The others are closed.
    ///
    /// With `tls` the connection is encrypted before it is handed over, or not handed over.
    ///
    /// Must be called on `eventLoop`, where the connection will live and where `completion` is called, exactly once and
    /// never before this returns. Set the connection's callbacks there.
    /// - Parameters:
    ///   - timeout: microseconds for all of it, the name's resolution included.
    ///   - encrypting: called when an address has answered and TLS begins; not without `tls`.
    public func dial(
        _ destination: Destination,
        tls: TLSContext? = nil,
        on eventLoop: any EventLoop,
        timeout: Int64,
        encrypting: @escaping () -> Void = {},
        _ completion: @escaping (Result<StreamConnection, DialFailure>) -> Void
    ) {
        eventLoop.preconditionInEventLoop()
        let attempt = DialAttempt(
            destination,
            tls: tls,
            eventLoop: eventLoop,
            timeout: timeout,
            keepalive: keepalive,
            encrypting: encrypting,
            completion: completion
        )
        eventLoop.assumeIsolated().execute { [self] in
            if destination.transport == .unix {
                attempt.connectUnix()
            } else {
                attempt.connect(addresses(of: destination, on: eventLoop))
            }
        }
    }

    private func addresses(
        of destination: Destination,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<[InternetAddress]> {
        if NameResolver.isNumeric(destination.host, port: destination.port) {
            return eventLoop.makeCompletedFuture { try resolve(destination) }
        }
        let question = Question(host: destination.host, port: destination.port, interface: destination.interface)
        let (answer, isNew) = lookups.withLock { lookups in
            if let answer = lookups[question] { return (answer, false) }
            let answer = pool.runIfActive(eventLoop: eventLoop) { [resolve] in
                Array(try resolve(destination).prefix(Self.addressesMax))
            }
            lookups[question] = answer
            return (answer, true)
        }
        if isNew {
            answer.whenComplete { [self] _ in lookups.withLock { $0[question] = nil } }
        }
        return answer.hop(to: eventLoop)
    }
}
