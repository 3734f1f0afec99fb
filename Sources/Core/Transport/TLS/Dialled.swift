internal import Config

/// A destination as it was dialled, in its parts.
struct Dialled {
    let text: String
    let host: String
    private let port: String

    init(_ text: String) {
        self.text = text
        let destination = try? Destination(text, defaultPort: "19999")
        host = destination?.host ?? text
        port = destination?.port ?? "19999"
    }

    /// `parent.example:19999`, `[fd00::1]:19999`
    var socket: String { Self.bracketed(host) + ":" + port }

    /// The same with another name, as it stands in stream.conf.
    func with(host: String) -> String { Self.bracketed(host) + ":" + port + ":SSL" }

    var isAddress: Bool { host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." } }

    /// Whether a certificate's name is one that can be connected to: neither a pattern nor what has no place in a line of a
    /// configuration.
    static func canBeDialled(_ name: String) -> Bool {
        !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_:".contains($0)) }
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
