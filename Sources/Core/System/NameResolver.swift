import Glibc

/// Names to addresses. May block for as long as the system's resolver likes: never on an event loop.
public enum NameResolver {
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        public var host: String
        public var port: String
        /// What the system says: `Name or service not known`.
        public var reason: String
        /// `EAI_NONAME` and its like; 0 where no resolver was asked.
        public var number: Int32

        public init(host: String, port: String, reason: String, number: Int32 = 0) {
            self.host = host
            self.port = port
            self.reason = reason
            self.number = number
        }

        /// Whether the resolver has answered, and the answer is no: not that it could not be asked.
        public var isFinal: Bool {
            // GNU's EAI_NODATA and EAI_ADDRFAMILY, which glibc keeps from whoever does not define _GNU_SOURCE.
            [EAI_NONAME, -5, -9, EAI_SERVICE, EAI_FAMILY, EAI_SOCKTYPE].contains(number)
        }

        /// The original's words (streaming protocol §11).
        public var description: String { "Cannot resolve host '\(host)', port '\(port)': \(reason)" }
    }

    /// All addresses of a name, in the resolver's order.
    /// - Parameters:
    ///   - port: a number or the name of a service.
    ///   - interface: sets the scope of link-local addresses; one that does not exist is ignored.
    ///   - passive: for listening.
    public static func resolve(
        host: String,
        port: String,
        interface: String?,
        passive: Bool = false
    ) throws(Failure) -> [InternetAddress] {
        if let port = UInt16(port) {
            if let address = InternetAddress.v4(host, port: port) { return [address] }
            if let address = InternetAddress.v6(host, port: port, scope: 0) { return [scoped(address, interface)] }
        }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = passive ? AI_PASSIVE : 0
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, port, &hints, &list)
        guard result == 0 else {
            let number = errno
            let reason =
                result == EAI_SYSTEM ? String(cString: strerror(number)) : String(cString: gai_strerror(result))
            throw Failure(host: host, port: port, reason: reason, number: result)
        }
        defer { freeaddrinfo(list) }
        var addresses: [InternetAddress] = []
        var entry = list
        while let current = entry {
            if let address = InternetAddress(current.pointee.ai_addr).map({ scoped($0, interface) }),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            entry = current.pointee.ai_next
        }
        guard !addresses.isEmpty else {
            throw Failure(host: host, port: port, reason: "no address", number: EAI_NONAME)
        }
        return addresses
    }

    /// The name of an address, in small letters, if that name leads back to the address: what only its owner says of it is not
    /// believed.
    /// - Parameter host: numeric.
    public static func name(of host: String) -> String? {
        let address = InternetAddress.v4(host, port: 0) ?? InternetAddress.v6(host, port: 0, scope: 0)
        guard let address else { return nil }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = address.withSockaddr { socket, length in
            getnameinfo(socket, length, &text, socklen_t(text.count), nil, 0, NI_NAMEREQD)
        }
        guard result == 0 else { return nil }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        guard bytes.count <= nameLimit, bytes.allSatisfy(isOfName) else { return nil }
        var name = String(decoding: bytes, as: UTF8.self).lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        // A name that looks like an address would be taken for one.
        guard !isNumeric(name, port: "0"), let addresses = try? resolve(host: name, port: "0", interface: nil),
            addresses.contains(where: { $0.host == address.host })
        else { return nil }
        return name
    }

    /// Bytes of a name.
    private static let nameLimit = 255

    private static func isOfName(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 32) || "-_.".utf8.contains(byte)
    }

    /// Whether a host is an address already, so that nothing can block.
    public static func isNumeric(_ host: String, port: String) -> Bool {
        UInt16(port) != nil
            && (InternetAddress.v4(host, port: 0) != nil || InternetAddress.v6(host, port: 0, scope: 0) != nil)
    }

    /// Whether there is a network interface of that name: only then it can be the scope of an address.
    public static func hasInterface(_ name: String) -> Bool { if_nametoindex(name) > 0 }

    private static func scoped(_ address: InternetAddress, _ interface: String?) -> InternetAddress {
        guard let interface, address.family == AF_INET6 else { return address }
        let index = if_nametoindex(interface)
        return index > 0 ? address.withScope(index) : address
    }
}
