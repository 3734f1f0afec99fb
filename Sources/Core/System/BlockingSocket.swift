import Glibc

/// A stream socket for a thread that may wait, but not for ever.
public struct BlockingSocket: ~Copyable {
    /// Microseconds since 1970 are of no use for waiting: a deadline is on the monotonic clock.
    public struct Deadline: Sendable {
        let at: Int64

        public init(after microseconds: Int64) { at = SystemClock().monotonic() &+ microseconds }

        /// Milliseconds until then, at least 0; rounded up, so that a wait never ends early and spins.
        fileprivate var remaining: Int32 { Int32(clamping: max(0, (at &- SystemClock().monotonic() &+ 999) / 1000)) }
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Connects to a unix socket.
    public static func connect(path: String, deadline: Deadline) throws(SystemError) -> BlockingSocket {
        guard let address = UnixAddress(path) else {
            throw SystemError(operation: "connect", subject: path, number: ENAMETOOLONG)
        }
        return try connect(AF_UNIX, path, deadline) { descriptor in
            address.withSockaddr { Glibc.connect(descriptor, $0, $1) }
        }
    }

    /// The process that listens at the other end of a unix socket.
    public var peerProcess: Int32? {
        // The kernel's struct ucred: process, user, group.
        var credentials: (process: Int32, user: UInt32, group: UInt32) = (0, 0, 0)
        var length = socklen_t(12)
        let result = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
        return result == 0 && credentials.process > 0 ? credentials.process : nil
    }

    /// Connects over TCP.
    public static func connect(_ address: InternetAddress, deadline: Deadline) throws(SystemError) -> BlockingSocket {
        try connect(address.family, address.description, deadline) { descriptor in
            address.withSockaddr { Glibc.connect(descriptor, $0, $1) }
        }
    }

    private static func connect(
        _ family: Int32,
        _ name: String,
        _ deadline: Deadline,
        _ begin: (Int32) -> Int32
    ) throws(SystemError) -> BlockingSocket {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(family, kind, 0)
        guard descriptor >= 0 else { throw failure("socket", name) }
        let socket = BlockingSocket(descriptor)
        guard begin(descriptor) != 0 else { return socket }
        let number = errno
        guard number == EINPROGRESS else { throw SystemError(operation: "connect", subject: name, number: number) }
        guard socket.wait(for: POLLOUT, deadline) else {
            throw SystemError(operation: "connect", subject: name, number: ETIMEDOUT)
        }
        var result: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &length)
        guard result == 0 else { throw SystemError(operation: "connect", subject: name, number: result) }
        return socket
    }

    /// Sends all of it.
    public func write(_ bytes: [UInt8], deadline: Deadline) throws(SystemError) {
        var offset = 0
        try write(bytes, from: &offset, deadline: deadline)
    }

    /// Sends what follows `offset`, which afterwards says how far it came.
    /// - Parameter end: where to stop; without it at the end of the bytes.
    public func write(
        _ bytes: [UInt8],
        from offset: inout Int,
        to end: Int? = nil,
        deadline: Deadline
    ) throws(SystemError) {
        let end = min(end ?? bytes.count, bytes.count)
        while offset < end {
            let sent = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + offset, end - offset, Int32(MSG_NOSIGNAL))
            }
            let number = errno
            if sent >= 0 {
                offset += sent
            } else if number == EAGAIN {
                guard wait(for: POLLOUT, deadline) else { throw SystemError(operation: "send", number: ETIMEDOUT) }
            } else if number != EINTR {
                throw SystemError(operation: "send", number: number)
            }
        }
    }

    /// Appends what has come, waiting for it if need be.
    /// - Returns: how many bytes; 0 at the end.
    public func read(into bytes: inout [UInt8], deadline: Deadline) throws(SystemError) -> Int {
        while true {
            // errno is read inside, before the buffer is given back.
            let (got, number) = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
                let got = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                let number = errno
                if got > 0 { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<got])) }
                return (got, number)
            }
            if got >= 0 { return got }
            if number == EAGAIN {
                guard wait(for: POLLIN, deadline) else { throw SystemError(operation: "recv", number: ETIMEDOUT) }
            } else if number != EINTR {
                throw SystemError(operation: "recv", number: number)
            }
        }
    }

    /// Throws away what has come, without waiting: for a peer whose answers nobody reads.
    /// - Returns: whether the connection still stands.
    public func discardInput() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            // A peer that answers without end does not hold us up.
            for _ in 0..<64 {
                let got = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if got == 0 { return false }
                if got < 0, errno != EINTR { return errno == EAGAIN }
            }
            return true
        }
    }

    /// Ready within the deadline? An error or hang-up is ready too: the next call tells.
    private func wait(for events: Int32, _ deadline: Deadline) -> Bool {
        while true {
            var ready = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let result = poll(&ready, 1, deadline.remaining)
            if result > 0 { return true }
            if result == 0 || errno != EINTR { return false }
        }
    }
}
