internal import Config
internal import NIOCore
internal import NIOPosix
internal import System

/// One call of the dialer; lives on its event loop.
final class DialAttempt {
    private let destination: Destination
    private let eventLoop: any EventLoop
    private let timeout: TimeAmount
    private let keepalive: Keepalive
    private let completion: (Result<StreamConnection, DialFailure>) -> Void
    /// Those of the name, once it is resolved.
    private var addresses: [InternetAddress]?

    init(
        _ destination: Destination,
        eventLoop: any EventLoop,
        timeout: Int64,
        keepalive: Keepalive,
        completion: @escaping (Result<StreamConnection, DialFailure>) -> Void
    ) {
        self.destination = destination
        self.eventLoop = eventLoop
        self.timeout = .microseconds(timeout)
        self.keepalive = keepalive
        self.completion = completion
    }

    /// Races the addresses of a name.
    func connect(_ lookup: EventLoopFuture<[InternetAddress]>) {
        lookup.assumeIsolated().whenSuccess { self.addresses = $0 }
        // The name and the port are in the addresses already.
        bootstrap.resolver(Found(lookup)).connect(host: destination.host, port: 0)
            .assumeIsolated().whenComplete { result in
                switch result {
                case .success(let channel): self.connected(channel, Peer(channel.remoteAddress))
                case .failure(let error):
                    let error = (error as? NIOConnectionError)?.dnsAError ?? error
                    self.completion(
                        .failure(DialFailure(error, of: self.destination, addresses: self.addresses))
                    )
                }
            }
    }

    func connectUnix() {
        bootstrap.connect(unixDomainSocketPath: destination.host).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): self.connected(channel, .unix)
            case .failure(let error):
                self.completion(.failure(DialFailure(error, host: self.destination.host, port: Peer.unix.port)))
            }
        }
    }

    private var bootstrap: ClientBootstrap {
        ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            // Nothing may be read before somebody hears it.
            .channelOption(.autoRead, value: false)
    }

    private func connected(_ channel: any Channel, _ peer: Peer) {
        let connection = StreamConnection(channel: channel, peer: peer, rights: .all, isTLS: false)
        if !peer.isUnix { SocketTuning.apply(to: channel, keepalive) }
        StreamHandler.tune(channel, keepalive: keepalive)
        do {
            try channel.pipeline.syncOperations.addHandler(StreamHandler(connection))
        } catch {
            completion(.failure(DialFailure(error, host: destination.host, port: destination.port)))
            return
        }
        completion(.success(connection))
        if !connection.isClosed { try? channel.syncOptions?.setOption(.autoRead, value: true) }
    }
}

/// Addresses that somebody else looks up.
private struct Found: Resolver, Sendable {
    private let v4: EventLoopFuture<[SocketAddress]>
    private let v6: EventLoopFuture<[SocketAddress]>

    init(_ addresses: EventLoopFuture<[InternetAddress]>) {
        v4 = addresses.map { $0.filter { !$0.isV6 }.map { SocketAddress($0.v4) } }
        v6 = addresses.map { $0.filter(\.isV6).map { SocketAddress($0.v6) } }
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { v4 }
    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { v6 }
    func cancelQueries() {}
}
