public import Config
public import NIOCore
public import NIOPosix
internal import System

/// Makes connections for streams (streaming protocol §11).
public final class Dialer: Sendable {
    private let pool: NIOThreadPool

    /// - Parameter pool: where names are resolved, because that may block.
    public init(pool: NIOThreadPool) { self.pool = pool }

    /// Connects: every address of the name in turn, until one answers.
    ///
    /// Must be called on `eventLoop`, where the connection will live and where `completion` is called, exactly once and
    /// never before this returns. Set the connection's callbacks there.
    /// - Parameter timeout: microseconds for each address.
    public func dial(
        _ destination: Destination,
        on eventLoop: any EventLoop,
        timeout: Int64,
        _ completion: @escaping (Result<StreamConnection, DialFailure>) -> Void
    ) {
        eventLoop.preconditionInEventLoop()
        let attempt = Attempt(eventLoop: eventLoop, timeout: timeout, completion: completion)
        if destination.transport == .unix {
            eventLoop.assumeIsolated().execute { attempt.connect(path: destination.host) }
        } else if NameResolver.isNumeric(destination.host, port: destination.port) {
            eventLoop.assumeIsolated().execute { attempt.resolved(Self.resolve(destination)) }
        } else {
            pool.runIfActive(eventLoop: eventLoop) { Self.resolve(destination) }
                .assumeIsolated().whenComplete { result in
                    attempt.resolved(
                        (try? result.get())
                            ?? .failure(
                                NameResolver.Failure(
                                    host: destination.host,
                                    port: destination.port,
                                    reason: "the node is stopping"
                                )
                            )
                    )
                }
        }
    }

    private static func resolve(_ destination: Destination) -> Result<[InternetAddress], NameResolver.Failure> {
        Result { () throws(NameResolver.Failure) in
            try NameResolver.resolve(
                host: destination.host,
                port: destination.port,
                interface: destination.interface
            )
        }
    }
}

/// One call of the dialer; lives on its event loop.
private final class Attempt {
    private let eventLoop: any EventLoop
    private let timeout: TimeAmount
    private let completion: (Result<StreamConnection, DialFailure>) -> Void

    init(
        eventLoop: any EventLoop,
        timeout: Int64,
        completion: @escaping (Result<StreamConnection, DialFailure>) -> Void
    ) {
        self.eventLoop = eventLoop
        self.timeout = .microseconds(timeout)
        self.completion = completion
    }

    func resolved(_ result: Result<[InternetAddress], NameResolver.Failure>) {
        switch result {
        case .failure(let failure): completion(.failure(DialFailure(failure)))
        case .success(let addresses): connect(addresses[...])
        }
    }

    /// The first address; the others are tried if it fails.
    private func connect(_ addresses: ArraySlice<InternetAddress>) {
        let address = addresses[addresses.startIndex]
        let target = address.isV6 ? SocketAddress(address.v6) : SocketAddress(address.v4)
        connect(target, Peer(address: address.host, port: Int(address.port)), name: address.description) { failure in
            let rest = addresses.dropFirst()
            rest.isEmpty ? self.completion(.failure(failure)) : self.connect(rest)
        }
    }

    func connect(path: String) {
        do {
            let target = try SocketAddress(unixDomainSocketPath: path)
            connect(target, .unix, name: "unix:" + path) { self.completion(.failure($0)) }
        } catch {
            completion(.failure(DialFailure(error, address: "unix:" + path)))
        }
    }

    private func connect(
        _ target: SocketAddress,
        _ peer: Peer,
        name: String,
        _ failed: @escaping (DialFailure) -> Void
    ) {
        let made = NIOLoopBoundBox<StreamConnection?>(nil, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = StreamConnection(channel: channel, peer: peer, rights: .all, isTLS: false)
                    StreamHandler.tune(channel)
                    if !peer.isUnix { SocketTuning.apply(to: channel) }
                    try channel.pipeline.syncOperations.addHandler(StreamHandler(connection))
                    made.value = connection
                }
            }
            .connect(to: target)
            .assumeIsolated().whenComplete { result in
                switch result {
                case .failure(let error): failed(DialFailure(error, address: name))
                case .success: self.completion(.success(made.value!))
                }
            }
    }
}
