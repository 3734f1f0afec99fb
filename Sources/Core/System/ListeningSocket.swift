import Glibc

/// A bound socket that does not accept connections yet; the event loop takes it from there.
///
/// Bound by hand, so that every failure has its own errno, and a unix socket has its permissions before anybody can
/// connect.
public struct ListeningSocket: Sendable {
    public let descriptor: Int32
    /// As logs and `top` show it: `[::]:19999`, `unix:/run/ndstream/agent.sock`.
    public let name: String
    /// 0 for a unix socket.
    public let port: Int

    /// How many connections may wait to be accepted, of a socket that listens already.
    ///
    /// SwiftNIO listens with its own 128 before it knows better. A thousand children that come at once lose their first
    /// packet then and try again a second later.
    public func setBacklog(_ backlog: Int32) { _ = Glibc.listen(descriptor, backlog) }

    public enum Failure: Error, Sendable, Equatable {
        case inUse
        case system(SystemError)
        case unresolved(String)
    }

    /// Permissions of a unix socket: its owner and its group.
    private static let unixMode: mode_t = 0o660

    /// Binds every address an entry of `bind to` stands for.
    /// - Parameters:
    ///   - host: a name or an address; `nil` is every address of this machine.
    ///   - port: a number, 0 for any free one, or the name of a service.
    /// - Throws: a failure only where not a single one could be bound.
    public static func bind(host: String?, port: String, interface: String? = nil) throws(Failure) -> [ListeningSocket]
    {
        if let host { return try bind(resolving: host, port, interface) }
        // One socket takes both families where the kernel can; where IPv6 is off, IPv4 alone.
        let port = try number(ofPort: port)
        do throws(Failure) {
            return [try bind(.v6("::", port: port, scope: 0)!, bothFamilies: true)]
        } catch {
            guard case .system(let error) = error, error.number == EAFNOSUPPORT || error.number == EADDRNOTAVAIL else {
                throw error
            }
            return [try bind(.v4("0.0.0.0", port: port)!, bothFamilies: false)]
        }
    }

    private static func bind(
        resolving host: String,
        _ port: String,
        _ interface: String?
    ) throws(Failure) -> [ListeningSocket] {
        let found: [InternetAddress]
        do throws(NameResolver.Failure) {
            found = try NameResolver.resolve(host: host, port: port, interface: interface, passive: true)
        } catch {
            throw .unresolved(error.description)
        }
        var sockets: [ListeningSocket] = []
        var failure = Failure.unresolved("no address")
        for candidate in found {
            do throws(Failure) {
                sockets.append(try bind(candidate, bothFamilies: false))
            } catch {
                failure = error
            }
        }
        guard !sockets.isEmpty else { throw failure }
        return sockets
    }

    private static func number(ofPort port: String) throws(Failure) -> UInt16 {
        if let number = UInt16(port) { return number }
        do throws(NameResolver.Failure) {
            return try NameResolver.resolve(host: "0.0.0.0", port: port, interface: nil, passive: true).first?.port ?? 0
        } catch {
            throw .unresolved(error.description)
        }
    }

    private static func bind(_ address: InternetAddress, bothFamilies: Bool) throws(Failure) -> ListeningSocket {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(failure("socket", "\(address)")) }
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if address.family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, bothFamilies ? 0 : 1) }
        guard address.withSockaddr({ Glibc.bind(descriptor, $0, $1) }) == 0 else {
            let error = failure("bind", "\(address)")
            close(descriptor)
            throw .system(error)
        }
        let port = boundPort(descriptor) ?? address.port
        return ListeningSocket(descriptor: descriptor, name: address.withPort(port).description, port: Int(port))
    }

    // MARK: Unix sockets

    /// Binds a unix socket with mode 0660; a socket file that nobody answers at is replaced.
    public static func bind(path: String) throws(Failure) -> ListeningSocket {
        guard let address = UnixAddress(path) else {
            throw .system(SystemError(operation: "bind", subject: path, number: ENAMETOOLONG))
        }
        try replaceStale(address, path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(failure("socket", path)) }
        // Nobody can connect before listen(), so nobody gets past the permissions.
        guard address.withSockaddr({ Glibc.bind(descriptor, $0, $1) }) == 0, chmod(path, unixMode) == 0 else {
            let error = failure("bind", path)
            close(descriptor)
            throw .system(error)
        }
        return ListeningSocket(descriptor: descriptor, name: "unix:" + path, port: 0)
    }

    /// Removes the socket file of a process that is gone; refuses when somebody answers, or when it is no socket.
    private static func replaceStale(_ address: UnixAddress, _ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw .system(SystemError(operation: "bind", subject: path, number: EADDRINUSE))
        }
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
            0
        )
        guard descriptor >= 0 else { throw .system(failure("socket", path)) }
        defer { close(descriptor) }
        let connected = address.withSockaddr { connect(descriptor, $0, $1) }
        // EAGAIN: its backlog is full, so it lives.
        if connected == 0 || errno == EAGAIN { throw .inUse }
        unlink(path)
    }
}

private func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
}

private func boundPort(_ descriptor: Int32) -> UInt16? {
    var storage = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutablePointer(to: &storage) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    // The port stands at the same place in both families.
    return result == 0 ? UInt16(bigEndian: storage.sin6_port) : nil
}
