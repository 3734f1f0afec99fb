public import Diagnostics
internal import Wire

/// What a far end turns out to be by its answer to a web request.
public struct Answer: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// A Netdata or an ndstream that answers.
        case node
        /// It sends plain requests elsewhere, to HTTPS.
        case wantsTLS
        /// A record of TLS came back.
        case tls
        /// A web server that is no Netdata.
        case web
        /// Something else; its first words.
        case other(String)
        /// It closed the connection without a word.
        case closed
        /// It took the request and said nothing in time.
        case silent
    }

    public var kind: Kind
    /// The status of HTTP.
    public var status: Int?
    /// What the server calls itself.
    public var server: String?

    public init(_ kind: Kind, status: Int? = nil, server: String? = nil) {
        self.kind = kind
        self.status = status
        self.server = server
    }

    /// - Parameters:
    ///   - bytes: the head of the answer, and what came with it.
    ///   - isClosed: whether the far end has closed the connection.
    public init(_ bytes: [UInt8], isClosed: Bool) {
        self.init(.other(""))
        guard let first = bytes.first else {
            kind = isClosed ? .closed : .silent
            return
        }
        if first == 0x15 || first == 0x16, bytes.dropFirst().first == 3 {
            kind = .tls
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.") else {
            kind = .other(String(escapedForLog(String(text.prefix { !$0.isNewline }.prefix(60)))))
            return
        }
        status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
        server = Self.ownVersion(text) ?? Self.field("server", of: text).map { escapedForLog($0) }
        let isNode = server.map { $0.contains("Netdata") || $0.contains("ndstream") } == true
        if Self.field("location", of: text)?.lowercased().hasPrefix("https://") == true, status != 200 {
            kind = .wantsTLS
        } else {
            // Behind a proxy the name is the proxy's, but the document isn't.
            kind = isNode || text.contains("\"mirrored_hosts\"") ? .node : .web
        }
    }

    /// ndstream calls itself a Netdata, as the pages that read it want; who it is stands in its document.
    private static func ownVersion(_ text: String) -> String? {
        guard let line = text.split(whereSeparator: \.isNewline).first(where: { $0.contains("\"ndstream-version\"") })
        else { return nil }
        let words = line.split(separator: "\"")
        return words.count >= 4 ? "ndstream \(escapedForLog(String(words[3].prefix(32))))" : nil
    }

    /// Whether it says that it is an ndstream.
    public var isOurs: Bool { server?.contains("ndstream") == true }

    private static func field(_ name: String, of text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name {
                return String(parts[1].drop { $0 == " " }.prefix(100))
            }
        }
        return nil
    }

    /// The version of Netdata that answers, where it says it: `1.37.1`.
    public var netdataVersion: (major: Int, minor: Int)? {
        guard let server, server.contains("Netdata"), let mark = server.lastIndex(of: "v") else { return nil }
        let numbers = server[server.index(after: mark)...].split(separator: ".").prefix(2).compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }

    /// Whether plain children get no answer from it once it has certificates: seen with 1.37.1, not with 1.33.1.
    public var hasPlainDefect: Bool {
        // ndstream's own name is in the page that was not shown.
        guard status != 403, let version = netdataVersion else { return false }
        return version.major == 1 && (34..<40).contains(version.minor)
    }

    /// `Netdata Embedded HTTP Server v1.37.1` without what says nothing.
    public var shortServer: String? {
        guard let server else { return nil }
        let words = server.split(separator: " ").filter { !["Embedded", "HTTP", "Server"].contains($0) }
        return words.joined(separator: " ")
    }

    /// Who it is, in a few words.
    public var words: String {
        switch kind {
        case .node: shortServer ?? "a Netdata"
        case .wantsTLS: (shortServer.map { "\($0): " } ?? "") + "plain requests are sent to https"
        case .tls: "TLS and nothing else"
        case .web: "a web server" + (shortServer.map { ", \($0)" } ?? "")
        case .other(let text): "something that says '\(text)'"
        case .closed: "closed without a word"
        case .silent: "silent"
        }
    }
}

/// What was said to a request to stream.
public struct StreamAnswer: Sendable, Equatable {
    /// How it was read, in words.
    public var words: String
    public var meaning: Meaning

    public enum Meaning: Sendable, Equatable {
        case accepted
        /// A parent that takes streams, but not this one, or not now.
        case refused(Condition)
        /// An answer of HTTP: ports with `^SSL=force` say so to plain children.
        case http
        case closed
        case silent
        case other
    }

    public init(_ meaning: Meaning, _ words: String) {
        self.meaning = meaning
        self.words = words
    }

    public init(_ bytes: [UInt8], isClosed: Bool) {
        let reply = Reply.parse(bytes)
        switch reply {
        case .first, .hostLabels: self.init(.accepted, "accepted")
        case .version(let version): self.init(.accepted, "accepted, version \(version)")
        case .nothing: self.init(isClosed ? .closed : .silent, isClosed ? "closed without a word" : "no answer")
        case .noAccess: self.init(.refused(.parentForbidsStreams), "no streaming on this port")
        case .notUnderstood(.http(let status, _)): self.init(.http, "answered HTTP \(status ?? 0)")
        case .notUnderstood:
            self.init(.other, escapedForLog(String(String(decoding: bytes, as: UTF8.self).prefix(40))))
        default:
            let failure = ConnectFailure(reply) ?? .notUnderstood
            self.init(.refused(failure.condition), Self.words(failure))
        }
    }

    private static func words(_ failure: ConnectFailure) -> String {
        switch failure {
        case .denied: "key or address refused"
        case .busy: "too busy now"
        case .initializing: "still starting"
        case .already: "this GUID streams already"
        default: "refused"
        }
    }

    /// Whether it is a parent that says it.
    public var isFromParent: Bool {
        switch meaning {
        case .accepted, .refused: true
        case .http, .closed, .silent, .other: false
        }
    }
}
