import Glibc
internal import NIOCore

/// What this machine's kernel knows of the other end of a TCP connection on which something waits.
public enum FarEnd: String, Sendable {
    /// Its machine answers, but its program does not read: the window is closed.
    case doesNotRead
    /// What is sent is not acknowledged: it goes out again and again.
    case doesNotAnswer
    /// It takes what comes, only not as fast as it is given.
    case isSlow
}

extension StreamConnection {
    /// Who keeps what waits; `nil` where nothing waits, or the socket is none of TCP.
    public var farEnd: FarEnd? { tcpInformation.flatMap { FarEnd($0, pending: pendingBytes) } }

    /// Bears a peer that does not read for longer than one that is gone: until somebody else gives it up.
    /// - Parameter seconds: at least the ``Keepalive/standard`` ones.
    public func bearWithSilence(seconds: Int64) {
        guard !isClosed else { return }
        let least = Int64(Keepalive.standard.limit)
        SocketTuning.limitSilence(of: channel, seconds: Int32(max(least, min(seconds, 86_400))))
    }

    private var tcpInformation: tcp_info? {
        guard let socket = channel as? any SocketOptionProvider, !isClosed, !peer.isUnix else { return nil }
        var information: tcp_info?
        // On its own loop the answer is there at once.
        socket.getTCPInfo().assumeIsolated().whenSuccess { information = $0 }
        return information
    }
}

extension FarEnd {
    /// - Parameter pending: bytes that even the kernel has not taken yet.
    init?(_ info: tcp_info, pending: Int) {
        if info.tcpi_unacked == 0 {
            // Probes of a closed window are sent at growing distances: nothing else waits longer each time.
            guard info.tcpi_backoff > 0 || pending > 0 else { return nil }
            self = .doesNotRead
        } else if info.tcpi_retransmits > 0 {
            self = .doesNotAnswer
        } else if pending > 0 {
            self = .isSlow
        } else {
            return nil
        }
    }
}
