internal import Config
internal import NIOCore
internal import NIOPosix
internal import System

/// One call of the dialer; lives on its event loop.
final class DialAttempt {
    private let destination: Destination
    private let tls: TLSContext?
    private let eventLoop: any EventLoop
    private let timeout: TimeAmount
    /// When ``timeout`` is over.
    private let deadline: NIODeadline
    private let keepalive: Keepalive
    private let encrypting: () -> Void
    private let completion: (Result<StreamConnection, DialFailure>) -> Void
    /// Those of the name, once it is resolved.
    private var addresses: [InternetAddress]?

    init(
        _ destination: Destination,
        tls: TLSContext?,
        eventLoop: any EventLoop,
        timeout: Int64,
        keepalive: Keepalive,
        encrypting: @escaping () -> Void,
        completion: @escaping (Result<StreamConnection, DialFailure>) -> Void
    ) {
        self.destination = destination
        self.tls = tls
        self.eventLoop = eventLoop
        self.timeout = .microseconds(timeout)
        deadline = .now() + self.timeout
        self.keepalive = keepalive
        self.encrypting = encrypting
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
        if !peer.isUnix { SocketTuning.apply(to: channel, keepalive) }
        guard let tls else { return handOver(channel, peer, nil) }
        encrypting()
        let session = TLSSession(client: tls, name: destination.host, destination: destination.description)
        let handler = TLSHandler(session, timeout: max(.milliseconds(1), deadline - .now())) { result in
            switch result {
            case .success(let facts):
                try? channel.syncOptions?.setOption(.autoRead, value: false)
                self.handOver(channel, peer, facts)
            case .failure(let failure): self.completion(.failure(DialFailure(failure, at: peer)))
            }
        }
        do {
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            completion(.failure(DialFailure(error, host: destination.host, port: destination.port)))
        }
    }

    private func handOver(_ channel: any Channel, _ peer: Peer, _ facts: TLSFacts?) {
        let connection = StreamConnection(channel: channel, peer: peer, rights: .all, tls: facts)
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
