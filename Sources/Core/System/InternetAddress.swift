public import Glibc

/// An IPv4 or IPv6 address with its port, as the system calls want it.
public struct InternetAddress: Sendable, Hashable, CustomStringConvertible {
    public let family: Int32
    /// The numeric text.
    public let host: String
    public let port: UInt16
    /// The interface of a link-local IPv6 address; 0 for none.
    public let scope: UInt32

    private init(family: Int32, host: String, port: UInt16, scope: UInt32) {
        self.family = family
        self.host = host
        self.port = port
        self.scope = scope
    }

    public static func v4(_ host: String, port: UInt16) -> InternetAddress? {
        var address = in_addr()
        guard inet_pton(AF_INET, host, &address) == 1 else { return nil }
        return InternetAddress(family: AF_INET, host: host, port: port, scope: 0)
    }

    public static func v6(_ host: String, port: UInt16, scope: UInt32) -> InternetAddress? {
        var address = in6_addr()
        guard inet_pton(AF_INET6, host, &address) == 1 else { return nil }
        return InternetAddress(family: AF_INET6, host: host, port: port, scope: scope)
    }

    /// - Parameter pointer: a `sockaddr_in` or `sockaddr_in6`, as its family says.
    public init?(_ pointer: UnsafePointer<sockaddr>) {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET:
            var address = UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in.self)
            guard inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
            self.init(
                family: AF_INET,
                host: Self.string(text),
                port: UInt16(bigEndian: address.sin_port),
                scope: 0
            )
        case AF_INET6:
            var address = UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in6.self)
            guard inet_ntop(AF_INET6, &address.sin6_addr, &text, socklen_t(text.count)) != nil else { return nil }
            self.init(
                family: AF_INET6,
                host: Self.string(text),
                port: UInt16(bigEndian: address.sin6_port),
                scope: address.sin6_scope_id
            )
        default: return nil
        }
    }

    public func withPort(_ port: UInt16) -> InternetAddress {
        InternetAddress(family: family, host: host, port: port, scope: scope)
    }

    public func withScope(_ scope: UInt32) -> InternetAddress {
        InternetAddress(family: family, host: host, port: port, scope: scope)
    }

    /// `10.0.0.1:19999`, `[fe80::1]:19999`.
    public var description: String { family == AF_INET6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    public var isV6: Bool { family == AF_INET6 }

    /// As an IPv6 socket takes it; only for that family.
    public var v6: sockaddr_in6 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_scope_id = scope
        inet_pton(AF_INET6, host, &address.sin6_addr)
        return address
    }

    /// As an IPv4 socket takes it; only for that family.
    public var v4: sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return address
    }

    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        family == AF_INET6 ? call(v6, body) : call(v4, body)
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Calls `body` with an address of whichever family.
func call<Address, Result>(
    _ address: Address,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
}
