internal import Config
internal import Diagnostics
internal import NIOCore

/// What is settled of a connection before a byte of it is read: that it may stay, and what it may do.
struct Entry: Sendable {
    /// What a place where a server listens lets through.
    struct Gate: Sendable {
        let rights: Rights
        let encryption: BindAddress.Encryption
    }

    let peer: Peer
    let rights: Rights
    let encryption: BindAddress.Encryption
    let policy: ServerPolicy

    /// Takes a place in the table of connections, which is given back when the connection that ``begin(on:_:)`` gets is closed.
    /// - Returns: `nil` where it must be closed; said already.
    init?(_ peer: Peer, at gate: Gate, _ context: ServerContext) {
        let policy = context.policy
        guard let allowed = policy.rights(of: peer, name: context.names.name(of: peer.address)) else {
            context.report(.connectionDenied, peer)
            return nil
        }
        switch context.connections.enter(peer) {
        case .total(let count):
            context.report(.tooManyConnections, peer, ["count": String(count)])
            return nil
        case .address(let count):
            context.report(.tooManyConnectionsFromAddress, peer, ["count": String(count)])
            return nil
        case nil: break
        }
        // Where nothing may be plain and nothing can be encrypted, nothing may be done.
        let isIdle = gate.encryption == .force && policy.tls == nil && !peer.isUnix
        self.peer = peer
        self.policy = policy
        rights = isIdle ? [] : allowed.intersection(gate.rights)
        encryption = gate.encryption
    }

    /// Whether a stream may go on in plain; see ``Client/mayStream``.
    var takesPlainStreams: Bool { encryption != .force || peer.isUnix }

    /// The first thing that happens on the connection's event loop.
    func begin(on channel: any Channel, _ context: ServerContext) throws {
        let client = client(context)
        channel.closeFuture.assumeIsolated().whenComplete { _ in client.ended() }
        client.log.write(ClientLog.connected)
        let seconds = policy.firstRequestTimeout
        client.expectRequest(within: seconds, on: channel.eventLoop) {
            client.report(.firstRequestTimeout, ["seconds": String(seconds)])
            channel.close(promise: nil)
        }
        try channel.pipeline.syncOperations.addHandler(Sniffer(client))
    }

    /// - Parameter log: of a client that has a number already.
    func client(_ context: ServerContext, _ log: ClientLog? = nil) -> Client {
        Client(context, policy: policy, peer: peer, rights: rights, encryption: encryption, log: log)
    }
}
