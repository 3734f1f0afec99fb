import Glibc

/// A network of addresses: `10.0.0.0/8`, `2001:db8::/32`. An IPv4 network within IPv6 (`::ffff:10.0.0.0/104`) is the
/// IPv4 one.
struct Network: Sendable, Equatable {
    /// Why a word with a slash is no network.
    enum Fault: Error, Equatable {
        case address
        /// More bits than the address has, or no number.
        case length(most: Int)
    }

    /// 4 or 16 bytes; what is beyond the length is zero.
    let address: [UInt8]
    /// Bits that count.
    let length: Int

    /// - Returns: `nil` for what is no network.
    init?(_ word: Substring) {
        guard let network = try? Network.parse(word) else { return nil }
        self = network
    }

    /// - Returns: `nil` for a word without a slash.
    static func parse(_ word: Substring) throws(Fault) -> Network? {
        guard let slash = word.lastIndex(of: "/") else { return nil }
        guard var address = bytes(String(word[..<slash])) else { throw .address }
        let most = address.count * 8
        let digits = word[word.index(after: slash)...]
        guard !digits.isEmpty, digits.count <= 3, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            var length = Int(digits), length <= most
        else { throw .length(most: most) }
        if length >= 96, let inner = mapped(address) { (address, length) = (inner, length - 96) }
        return Network(address, length)
    }

    private init(_ address: [UInt8], _ length: Int) {
        self.length = length
        self.address = address.enumerated().map { index, byte in
            let bits = min(max(length - index * 8, 0), 8)
            return bits == 0 ? 0 : byte & (0xff << UInt8(8 - bits))
        }
    }

    func contains(_ other: [UInt8]) -> Bool {
        guard other.count == address.count else { return false }
        let whole = length / 8
        guard other[..<whole].elementsEqual(address[..<whole]) else { return false }
        let bits = length % 8
        return bits == 0 || other[whole] & (0xff << UInt8(8 - bits)) == address[whole]
    }

    /// The addresses behind a canonical one: `localhost` is the loopback of both families, and a name is none.
    static func numbers(of address: String) -> [[UInt8]] {
        if address == "localhost" { return [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]] }
        return [bytes(address)].compactMap { $0 }.map { mapped($0) ?? $0 }
    }

    /// An address as lists and logs write it: small letters, the longest run of zeros left out, IPv4 without `::ffff:`.
    /// - Returns: `nil` for what is no address. Loopback stays as it is: nobody is called that, they are `localhost`.
    static func canonical(_ word: Substring) -> String? {
        guard let raw = bytes(String(word)) else { return nil }
        let address = mapped(raw) ?? raw
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count < 64 else { return nil }
        // The interface of a link-local address.
        let plain = text.contains(":") ? String(text.prefix { $0 != "%" }) : text
        let family = plain.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        return inet_pton(family, plain, &bytes) == 1 ? bytes : nil
    }

    /// The IPv4 address within an IPv6 one.
    private static func mapped(_ address: [UInt8]) -> [UInt8]? {
        let prefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        return address.count == 16 && address.starts(with: prefix) ? Array(address[12...]) : nil
    }
}
