import Glibc
internal import NIOCore
internal import NIOPosix

/// How connections are kept: small writes go out at once, and a peer that is gone is noticed (streaming protocol §1).
enum SocketTuning {
    /// Seconds of silence before the first probe, seconds between probes, and how many may go unanswered.
    static let keepaliveIdle: Int32 = 30
    static let keepaliveInterval: Int32 = 10
    static let keepaliveProbes: Int32 = 3

    /// Sets it on a TCP socket; unix sockets need none of it.
    static func apply(to channel: any Channel) {
        guard let options = channel.syncOptions else { return }
        func set(_ level: NIOBSDSocket.OptionLevel, _ option: Int32, _ value: Int32) {
            try? options.setOption(
                ChannelOptions.Types.SocketOption(level: level, name: NIOBSDSocket.Option(rawValue: option)),
                value: Int(value)
            )
        }
        set(.tcp, TCP_NODELAY, 1)
        set(.socket, SO_KEEPALIVE, 1)
        set(.tcp, TCP_KEEPIDLE, keepaliveIdle)
        set(.tcp, TCP_KEEPINTVL, keepaliveInterval)
        set(.tcp, TCP_KEEPCNT, keepaliveProbes)
    }
}
