/// Who answered, when it was no parent: judged by the first bytes that came.
public enum Stranger: Sendable, Equatable {
    /// A TLS alert or handshake: the port speaks TLS, and the destination lacks `:SSL`.
    case tls
    /// An HTTP server, with its `Server` header if it sent one: a proxy in between, or a parent that wants TLS.
    case http(status: Int?, server: String?)
    case ssh
    case other
}

extension Stranger {
    init(_ bytes: [UInt8]) {
        if bytes.count >= 2, bytes[0] == 0x15 || bytes[0] == 0x16, bytes[1] == 3 {
            self = .tls
        } else if bytes.starts(with: "SSH-".utf8) {
            self = .ssh
        } else if bytes.starts(with: "HTTP/".utf8) {
            self = Stranger.http(bytes)
        } else {
            self = .other
        }
    }

    /// Whether there is enough of it to say who it is: an alert, a head with its `Server:`, a banner's line.
    func isComplete(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .tls: bytes[0] != 0x15 || bytes.count >= 7
        case .http:
            bytes.split(separator: newline, omittingEmptySubsequences: false).dropLast()
                .contains { $0.isEmpty || $0.elementsEqual([0x0d]) }
        case .ssh: bytes.contains(newline)
        case .other: !["HTTP/", "SSH-", "\u{15}\u{3}", "\u{16}\u{3}"].contains { $0.utf8.starts(with: bytes) }
        }
    }

    private static func http(_ bytes: [UInt8]) -> Stranger {
        let lines = bytes.split(separator: newline, omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == 0x0d ? line.dropLast() : line, as: UTF8.self)
        }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let server = lines.dropFirst().prefix { !$0.isEmpty }.first { $0.lowercased().hasPrefix("server:") }
        return .http(status: status, server: server.map { trimmed($0.dropFirst(7)) })
    }
}

/// Without blanks at both ends.
func trimmed(_ text: some StringProtocol) -> String {
    var part = text[...]
    while part.first == " " || part.first == "\t" { part.removeFirst() }
    while part.last == " " || part.last == "\t" { part.removeLast() }
    return String(part)
}
