import Basics
import Config
import Diagnostics

extension ExportingSettings.Connector {
    /// The head of a request, to the destination that is connected (exporting §4, §6).
    ///
    /// As 1.37.1 writes it, but for the line of the authorization, which there ends in a line feed alone: strict servers
    /// refuse that.
    func requestHead(to destination: Destination, bodyBytes: Int) -> [UInt8] {
        var lines = ["POST \(path) HTTP/1.1", "Host: \(Self.authority(of: destination))"]
        if !username.isEmpty || !password.isEmpty {
            lines.append("Authorization: Basic \(base64(Array("\(username):\(password)".utf8)))")
        }
        switch format {
        case .graphite: lines.append("Content-Type: application/graphite")
        case .openTSDB, .json: lines.append("Content-Type: application/json")
        case .remoteWrite:
            lines += [
                "Content-Encoding: snappy", "Content-Type: application/x-protobuf",
                "X-Prometheus-Remote-Write-Version: 0.1.0",
            ]
        }
        lines.append("Content-Length: \(bodyBytes)")
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// The destination's text, without what only says how to get there.
    private static func authority(of destination: Destination) -> String {
        guard destination.transport == .tcp else { return "localhost" }
        var text = destination.description[...]
        if text.hasPrefix("tcp:") { text = text.dropFirst(4) }
        if text.lowercased().hasSuffix(":ssl") { text = text.dropLast(4) }
        guard let percent = text.firstIndex(of: "%") else { return String(text) }
        return String(text[..<percent] + text[percent...].drop { $0 != ":" && $0 != "]" })
    }
}

/// RFC 4648 §4.
func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let three = bytes[start..<min(start + 3, bytes.count)]
        var word: UInt32 = 0
        for byte in three { word = word << 8 | UInt32(byte) }
        word <<= 8 * UInt32(3 - three.count)
        for index in 0..<4 {
            text.append(
                index <= three.count ? letters[Int(word >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "=")
            )
        }
    }
    return String(decoding: text, as: UTF8.self)
}

/// What a receiver answers.
struct HTTPReply: Sendable, Equatable {
    var status: Int
    /// Its own words, for people: the beginning of the body, else what stands behind the status. One line, and bounded.
    var words: String
    /// Whether the next request may go over the same connection.
    var keepsAlive: Bool

    /// What follows from it for what was sent.
    enum Verdict: Sendable {
        case accepted
        /// Not now: 5xx, and what says that it is a matter of time.
        case later
        /// Not at all.
        case never
    }

    var verdict: Verdict {
        switch status {
        case 200..<300: .accepted
        case 408, 425, 429, 500...: .later
        default: .never
        }
    }

    /// Bytes of ``words`` at most.
    static let wordsLimit = 200

    /// - Parameter body: its beginning.
    init(status: Int, reason: String, body: [UInt8], keepsAlive: Bool) {
        self.status = status
        self.keepsAlive = keepsAlive
        // Web pages are for browsers: their text begins with style sheets.
        let text = String(decoding: body, as: UTF8.self)
        let isPage = text.drop(while: \.isWhitespace).hasPrefix("<")
        let words = Self.oneLine(isPage ? "" : text)
        self.words = words.isEmpty ? Self.oneLine(reason) : words
    }

    private static func oneLine(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard line.utf8.count > wordsLimit else { return escapedForLog(line) }
        var short = line
        while short.utf8.count > wordsLimit { short.removeLast() }
        return escapedForLog(short) + "…"
    }
}
