import Glibc
internal import NIOCore

/// How soon a peer is noticed that does not answer any more.
struct Keepalive: Sendable {
    /// Seconds of silence before the first probe, seconds between probes, and how many may go unanswered.
    var idle: Int32
    var interval: Int32
    var probes: Int32

    /// What 2.11 has, for both ends of a stream (streaming protocol §12): a dead link is noticed within a minute.
    static let standard = Keepalive(idle: 30, interval: 10, probes: 3)

    /// Seconds until an unanswered connection is given up.
    var limit: Int32 { idle + interval * probes }
}

/// How connections are kept: small writes go out at once, and a peer that is gone is noticed (streaming protocol §1).
enum SocketTuning {
    /// Sets it on a TCP socket; unix sockets need none of it.
    static func apply(to channel: any Channel, _ keepalive: Keepalive = .standard) {
        set(channel, .tcp, TCP_NODELAY, 1)
        set(channel, .socket, SO_KEEPALIVE, 1)
        set(channel, .tcp, TCP_KEEPIDLE, keepalive.idle)
        set(channel, .tcp, TCP_KEEPINTVL, keepalive.interval)
        set(channel, .tcp, TCP_KEEPCNT, keepalive.probes)
    }

    /// The same for all that a listening socket will accept: they inherit it, and nobody has to set it on each.
    static func apply(toListening descriptor: Int32, _ keepalive: Keepalive = .standard) {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, keepalive.idle)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, keepalive.interval)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, keepalive.probes)
    }

    /// The same limit for a connection with something on its way: probes are sent on idle ones only, and what is not
    /// acknowledged would otherwise be repeated for a quarter of an hour. For streams; whoever pauses a download is
    /// welcome back later.
    static func limitSilence(of channel: any Channel, seconds: Int32 = Keepalive.standard.limit) {
        // A unix socket's peer cannot vanish.
        guard channel.remoteAddress?.port != nil || channel.localAddress?.port != nil else { return }
        set(channel, .tcp, TCP_USER_TIMEOUT, seconds * 1000)
    }

    private static func set(
        _ channel: any Channel,
        _ level: NIOBSDSocket.OptionLevel,
        _ option: Int32,
        _ value: Int32
    ) {
        try? channel.syncOptions?.setOption(
            ChannelOptions.Types.SocketOption(level: level, name: NIOBSDSocket.Option(rawValue: option)),
            value: Int(value)
        )
    }
}
