/// One parent to stream to: `[tcp:]HOST[%INTERFACE][:PORT][:SSL]` or `unix:/path` (streaming protocol §11).
public struct Destination: Sendable, Hashable, CustomStringConvertible {
    public enum Transport: String, Sendable {
        case tcp
        case unix
    }

    public var transport: Transport
    /// Name or address, without brackets; the path of a unix socket.
    public var host: String
    /// Sets the scope of an IPv6 link-local address, nothing else.
    public var interface: String?
    /// A number or the name of a service; empty for a unix socket.
    public var port: String
    /// Whether `:SSL` is behind it: of this destination only, not of the ones that follow.
    public var tls: Bool
    /// The item as it was written: what logs show.
    public var description: String

    public init(
        transport: Transport = .tcp,
        host: String,
        interface: String? = nil,
        port: String,
        tls: Bool = false,
        description: String? = nil
    ) {
        self.transport = transport
        self.host = host
        self.interface = interface
        self.port = port
        self.tls = tls
        let bracketed = host.contains(":") && transport == .tcp ? "[\(host)]" : host
        self.description =
            description ?? (transport == .unix ? "unix:\(host)" : "\(bracketed):\(port)\(tls ? ":SSL" : "")")
    }

    /// Why an item of the list can't be used.
    public enum Problem: Error, Sendable, Equatable {
        /// `Definition '%s' does not specify a host.`
        case noHost(String)
        /// The item, and what is wrong with it.
        case unreadable(String, reason: String)
    }

    /// Reads a list: the destinations that can be used, in order, and what is wrong with the others.
    public static func list(_ text: String, defaultPort: String) -> (destinations: [Destination], problems: [Problem]) {
        var destinations: [Destination] = []
        var problems: [Problem] = []
        for item in items(of: text) {
            do throws(Problem) {
                destinations.append(try Destination(item, defaultPort: defaultPort))
            } catch {
                problems.append(error)
            }
        }
        return (destinations, problems)
    }

    /// Reads one item.
    public init(_ item: String, defaultPort: String) throws(Problem) {
        var text = item[...]
        let tls = text.lowercased().hasSuffix(":ssl")
        if tls { text = text.dropLast(4) }
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else { throw .noHost(item) }
            guard !tls else { throw .unreadable(item, reason: "a unix socket is never encrypted: leave out :SSL") }
            self.init(transport: .unix, host: path, port: "", description: item)
            return
        }
        guard !text.hasPrefix("udp:") else { throw .unreadable(item, reason: "a stream can't go over UDP") }
        if text.hasPrefix("tcp:") { text = text.dropFirst(4) }
        let address: HostAndPort
        do throws(HostAndPort.Problem) {
            address = try HostAndPort(text)
        } catch {
            throw .unreadable(item, reason: error.sentence)
        }
        guard !address.host.isEmpty else { throw .noHost(item) }
        guard address.port.flatMap(UInt16.init) != 0 else {
            throw .unreadable(item, reason: "nobody listens on port 0")
        }
        self.init(
            host: address.host,
            interface: address.interface,
            port: address.port ?? defaultPort,
            tls: tls,
            description: item
        )
    }
}
