/// `HOST[%INTERFACE][:PORT]`, the part that destinations and `bind to` have in common.
struct HostAndPort: Equatable {
    var host = ""
    var interface: String?
    /// As written: a number or the name of a service.
    var port: String?

    /// Why an address can't be read; the sentence for whoever wrote it.
    enum Problem: Error, Equatable {
        case unclosedBracket
        case bareIPv6
        case textAfterBracket(String)
        case badPort(String)

        var sentence: String {
            switch self {
            case .unclosedBracket: "'[' is never closed"
            case .bareIPv6: "an IPv6 address stands in brackets, as in [2001:db8::1]:19999"
            case .textAfterBracket(let text): "'\(text)' follows the bracket where only %INTERFACE and :PORT may"
            case .badPort(let text): "'\(text)' is no port: a number up to 65535 or the name of a service"
            }
        }
    }

    init(_ text: some StringProtocol) throws(Problem) {
        var rest = String(text)[...]
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { throw .unclosedBracket }
            setHost(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...]
            if rest.first == "%" {
                let end = rest.firstIndex(of: ":") ?? rest.endIndex
                interface = String(rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[end...]
            }
            guard rest.isEmpty || rest.first == ":" else { throw .textAfterBracket(String(rest)) }
            if !rest.isEmpty { try setPort(rest.dropFirst()) }
        } else {
            guard rest.count(where: { $0 == ":" }) < 2 else { throw .bareIPv6 }
            let colon = rest.firstIndex(of: ":") ?? rest.endIndex
            setHost(rest[..<colon])
            if colon < rest.endIndex { try setPort(rest[rest.index(after: colon)...]) }
        }
    }

    private mutating func setHost(_ text: Substring) {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        host = String(parts[0])
        if parts.count > 1 { interface = String(parts[1]) }
    }

    /// An empty port is the default one.
    private mutating func setPort(_ text: Substring) throws(Problem) {
        guard !text.isEmpty else { return }
        guard Self.isPort(text) else { throw .badPort(String(text)) }
        port = String(text)
    }

    static func isPort(_ text: some StringProtocol) -> Bool {
        if text.utf8.allSatisfy({ (48...57).contains($0) }) { return UInt16(String(text)) != nil }
        return text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}

/// Items separated by white space or commas, as destinations, `bind to` and lists of directories are.
func items(of list: String) -> [String] {
    list.split { $0 == "," || $0.isWhitespace }.map(String.init)
}
