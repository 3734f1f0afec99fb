import Diagnostics

/// What a far end turns out to be by its answer to a plain web request.
struct FarEnd: Equatable {
    enum Kind: Equatable {
        /// A Netdata or an ndstream, with what it calls itself.
        case node(String)
        /// It sends plain requests elsewhere, to HTTPS.
        case wantsTLS
        case tls
        case web(server: String)
        case other(String)
        case silent
    }

    let kind: Kind

    init(_ answer: [UInt8]) {
        kind = Self.kind(of: answer)
    }

    var sentence: String {
        switch kind {
        case .node(let name): "a node: \(name)"
        case .wantsTLS: "a node that wants TLS on this port: it sends plain requests to https://"
        case .tls: "speaks TLS and nothing else: add :SSL to the destination"
        case .web(let server): "a web server that is no Netdata: \(server)"
        case .other(let bytes): "something else, it says: \(bytes)"
        case .silent: "says nothing to a web request"
        }
    }

    private static func kind(of answer: [UInt8]) -> Kind {
        guard let first = answer.first else { return .silent }
        // A TLS record: alert or handshake, version 3.
        if first == 0x15 || first == 0x16, answer.dropFirst().first == 3 { return .tls }
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.") else { return .other(String(text.prefix(60))) }
        let server = field("server", of: text)
        let isNode = server.map { $0.contains("Netdata") || $0.contains("ndstream") } == true
        if field("location", of: text)?.lowercased().hasPrefix("https://") == true { return .wantsTLS }
        if isNode { return .node(server ?? "") }
        // Behind a proxy the name is the proxy's, but the document isn't.
        if text.contains("\"mirrored_hosts\"") { return .node((server ?? "unnamed") + ", perhaps through a proxy") }
        return .web(server: server ?? "it does not say which")
    }

    private static func field(_ name: String, of text: String) -> String? {
        for line in text.split(whereSeparator: { $0.isNewline }).dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name {
                return String(parts[1].drop { $0 == " " }.prefix(100))
            }
        }
        return nil
    }
}

/// What its answer to a streaming request without a key says (streaming protocol §4).
struct StreamAnswer: Equatable {
    let takesStreams: Bool
    let sentence: String

    init(_ answer: [UInt8], _ web: FarEnd) {
        let text = String(decoding: answer.prefix(200), as: UTF8.self)
        if text.hasPrefix("You are not permitted to access this.") {
            self.init(true, "takes streams in plaintext: it refused this one for its missing key, as it should")
        } else if text.hasPrefix("Hit me baby") {
            self.init(true, "takes streams in plaintext, even without a key")
        } else if text.hasPrefix("The server is too busy") || text.hasPrefix("The server is initializing") {
            self.init(true, "takes streams in plaintext, but not at this moment: \(text)")
        } else if text.hasPrefix("You are not allowed") || text.hasPrefix("You need to be authorized") {
            self.init(
                false,
                "not allowed on this port or from this address: see [web] bind to and allow streaming from"
            )
        } else if web.kind == .tls || web.kind == .wantsTLS {
            self.init(false, "refused without TLS: add :SSL to the destination, or remove ^SSL=force from its bind to")
        } else if text.hasPrefix("HTTP/1.") {
            self.init(false, "not understood: answered as a web request (\(text.prefix { !$0.isNewline }))")
        } else if answer.isEmpty, case .node = web.kind {
            self.init(
                false,
                "closed without a word: so does Netdata before 1.35 when it refuses, and 1.37 when TLS is set up"
            )
        } else {
            self.init(false, answer.isEmpty ? "closed without a word" : "not understood: \(text.prefix(60))")
        }
    }

    private init(_ takesStreams: Bool, _ sentence: String) {
        self.takesStreams = takesStreams
        self.sentence = sentence
    }
}
