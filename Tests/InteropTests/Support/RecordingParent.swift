import Glibc

/// A parent in a few lines: takes one child and keeps all that it sends, as text. Used by one thread, which must call
/// ``receive()`` often enough for the child not to wait.
final class RecordingParent {
    /// Chart labels, but nothing compressed.
    private static let reply = Array("Hit me baby, push them over with the version=4".utf8)

    let port: Int
    private let listener: Int32
    private var connection: Int32 = -1
    private var bytes: [UInt8] = []
    private var isAnswered = false
    private var piece = [UInt8](repeating: 0, count: 65536)

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let file = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, length) == 0 && listen(file, 4) == 0 && getsockname(file, $0, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else {
            throw HTTP.Failure(description: "no port to listen on: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(listener)
        if connection >= 0 { close(connection) }
    }

    /// Takes what has come. Never waits.
    func receive() {
        if connection < 0 { connection = accept(listener, nil, nil) }
        while connection >= 0, case let count = recv(connection, &piece, piece.count, Int32(MSG_DONTWAIT)), count > 0 {
            bytes += piece[..<count]
            guard !isAnswered, bytes.suffix(4) == [13, 10, 13, 10] else { continue }
            isAnswered = true
            _ = send(connection, Self.reply, Self.reply.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// Whole lines so far, the request's own first.
    private var lines: [Substring] {
        let end = bytes.lastIndex(of: 10) ?? 0
        return String(decoding: bytes[..<end], as: UTF8.self).split { $0.isNewline }
    }

    /// The request's parameters by name, decoded as a parent decodes them.
    var parameters: [String: String] {
        guard let line = lines.first, let end = line.ranges(of: " HTTP/1.").last else { return [:] }
        var parameters: [String: String] = [:]
        for pair in line[..<end.lowerBound].dropFirst("STREAM ".count).split(separator: "&") {
            let name = pair.prefix { $0 != "=" }
            parameters[String(name)] = decoded(pair.dropFirst(name.count + 1))
        }
        return parameters
    }

    /// The host's labels by name: source and value.
    var labels: [String: String] {
        var labels: [String: String] = [:]
        for line in lines where line.hasPrefix("LABEL \"") {
            let parts = line.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
            if parts.count == 3 { labels[String(parts[1])] = String(parts[2]) }
        }
        return labels
    }

    /// The lines of the last definition of every chart by id: CHART and its dimensions in their order, then labels and
    /// variables, which have none.
    var definitions: [String: [String]] {
        var charts: [String: [String]] = [:]
        var labels: [String: [String]] = [:]
        var variables: [String: Set<String>] = [:]
        // Which chart is being defined, and which collected.
        var current: String?
        var collected: String?
        for line in lines {
            switch line.prefix(while: { $0 != " " }) {
            case "CHART":
                let id = String(line.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)[1])
                charts[id] = [String(line)]
                labels[id] = []
                current = id
            case "DIMENSION": if let current { charts[current]?.append(String(line)) }
            case "CLABEL", "CLABEL_COMMIT": if let current { labels[current]?.append(String(line)) }
            case "BEGIN":
                current = nil
                collected = line.split(separator: "\"").dropFirst().first.map(String.init)
            case "VARIABLE":
                if line.hasPrefix("VARIABLE CHART"), let chart = current ?? collected {
                    variables[chart, default: []].insert(String(line))
                }
            case "END": (current, collected) = (nil, nil)
            default: break
            }
        }
        return charts.merging(labels) { $0 + $1.sorted() }.merging(variables.mapValues { $0.sorted() }) { $0 + $1 }
    }

    private func decoded(_ text: Substring) -> String {
        var result: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let decoded = UInt8(String(Substring(rest.prefix(2))), radix: 16) {
                result.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
