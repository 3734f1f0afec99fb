/// One place to listen at: an entry of `[web] bind to` (streaming protocol §1.1).
///
///     [tcp:]HOST[%INTERFACE][:PORT][=RIGHT[|RIGHT...][^SSL=force|^SSL=optional]]      or      unix:/path
public struct BindAddress: Sendable, Hashable, CustomStringConvertible {
    /// What a port with certificates does with clients that don't encrypt.
    public enum Encryption: String, Sendable {
        /// Streams may be plain, plain dashboards are sent to https.
        case standard
        /// Everything may be plain.
        case optional
        /// Nothing may be plain.
        case force
    }

    /// `nil` binds every address.
    public var host: String?
    public var interface: String?
    /// A number (0: any free one) or the name of a service; empty for a unix socket.
    public var port: String
    /// The unix socket's path, if it is one.
    public var unixPath: String?
    /// What clients of this port may do, at most.
    public var rights: Rights
    public var encryption: Encryption
    /// The entry as it was written.
    public var description: String

    public init(
        host: String? = nil,
        interface: String? = nil,
        port: String,
        unixPath: String? = nil,
        rights: Rights = .all,
        encryption: Encryption = .standard,
        description: String? = nil
    ) {
        self.host = host
        self.interface = interface
        self.port = port
        self.unixPath = unixPath
        self.rights = rights
        self.encryption = encryption
        self.description = description ?? unixPath.map { "unix:\($0)" } ?? "\(host ?? "*"):\(port)"
    }

    /// What is wrong with an entry, or only odd.
    public enum Problem: Error, Sendable, Equatable {
        /// The entry is left out.
        case unreadable(String, reason: String)
        /// A word that is no right; it counts for nothing.
        case unknownRight(String, entry: String)
        /// No right of the list is known: the port would serve nothing.
        case noRights(String)
        /// `^SSL` without rights in front, which the original misreads; read here as it was meant.
        case encryptionWithoutRights(String)
        case unknownEncryption(String, entry: String)
    }

    /// Reads a list: the entries that can be used, in order, and everything odd about them.
    public static func list(_ text: String, defaultPort: String) -> (addresses: [BindAddress], problems: [Problem]) {
        var addresses: [BindAddress] = []
        var problems: [Problem] = []
        for item in items(of: text) {
            do throws(Problem) {
                addresses.append(try BindAddress(item, defaultPort: defaultPort, problems: &problems))
            } catch {
                problems.append(error)
            }
        }
        return (addresses, problems)
    }

    init(_ item: String, defaultPort: String, problems: inout [Problem]) throws(Problem) {
        if item.hasPrefix("unix:") {
            let path = String(item.dropFirst(5))
            guard !path.isEmpty else { throw .unreadable(item, reason: "a unix socket needs a path") }
            self.init(port: "", unixPath: path, description: item)
            return
        }
        guard !item.hasPrefix("udp:") else { throw .unreadable(item, reason: "the web server doesn't speak UDP") }
        var text = item[...]
        if text.hasPrefix("tcp:") { text = text.dropFirst(4) }
        let (place, rights, encryption) = Self.separate(text, entry: item, problems: &problems)
        let address: HostAndPort
        do throws(HostAndPort.Problem) {
            address = try HostAndPort(place)
        } catch {
            throw .unreadable(item, reason: error.sentence)
        }
        self.init(
            host: ["", "*", "any", "all"].contains(address.host) ? nil : address.host,
            interface: address.interface,
            port: address.port ?? defaultPort,
            rights: rights,
            encryption: encryption,
            description: item
        )
    }

    /// The address, the rights and the encryption of an entry.
    private static func separate(
        _ text: Substring,
        entry: String,
        problems: inout [Problem]
    ) -> (place: Substring, Rights, Encryption) {
        var encryption = Encryption.standard
        var text = text
        if let caret = text.firstIndex(of: "^") {
            let end = text[caret...].firstIndex(of: "|") ?? text.endIndex
            let word = text[text.index(after: caret)..<end]
            if word == "SSL=force" {
                encryption = .force
            } else if word == "SSL=optional" {
                encryption = .optional
            } else {
                problems.append(.unknownEncryption(String(word), entry: entry))
            }
            text = Substring(text[..<caret] + text[end...])
            if !text.contains("=") { problems.append(.encryptionWithoutRights(entry)) }
        }
        guard let equals = text.firstIndex(of: "=") else { return (text, .all, encryption) }
        var rights: Rights = []
        for word in text[text.index(after: equals)...].split(separator: "|") {
            if let right = Rights(word: String(word)) {
                rights.formUnion(right)
            } else {
                problems.append(.unknownRight(String(word), entry: entry))
            }
        }
        if rights.isEmpty { problems.append(.noRights(entry)) }
        return (text[..<equals], rights, encryption)
    }
}
