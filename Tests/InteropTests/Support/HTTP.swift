import Glibc

/// The smallest HTTP client that serves the tests: one GET, one connection, blocking.
enum HTTP {
    struct Response: Sendable {
        let status: Int
        let head: String
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func get(port: Int, _ path: String, timeoutSeconds: Int = 30) throws -> Response {
        let file = try connect(port: port, timeoutSeconds: timeoutSeconds)
        defer { close(file) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
        guard send(file, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure(description: "GET \(path): not sent")
        }
        var bytes: [UInt8] = []
        var head: (end: Int, length: Int?)?
        while true {
            if let (end, length) = head, let length, bytes.count >= end + length { break }
            var piece = [UInt8](repeating: 0, count: 65536)
            let count = recv(file, &piece, piece.count, 0)
            guard count >= 0 else { throw Failure(description: "GET \(path): \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += piece[..<count]
            if head == nil, let end = endOfHead(bytes) {
                head = (end, contentLength(String(decoding: bytes[..<end], as: UTF8.self)))
            }
        }
        guard let end = head?.end else { throw Failure(description: "GET \(path): no answer") }
        let text = String(decoding: bytes[..<end], as: UTF8.self)
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count > 1, let status = Int(words[1]) else { throw Failure(description: "GET \(path): \(text)") }
        let chunked = text.lowercased().contains("transfer-encoding: chunked")
        return Response(status: status, head: text, body: chunked ? unchunked(bytes[end...]) : Array(bytes[end...]))
    }

    /// A connection to 127.0.0.1.
    static func connect(port: Int, timeoutSeconds: Int = 30) throws -> Int32 {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let number = errno
            close(file)
            throw Failure(description: "connect 127.0.0.1:\(port): \(String(cString: strerror(number)))")
        }
        return file
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4) where bytes[index] == 13 && bytes[index + 2] == 13 && bytes[index + 3] == 10
        {
            return index + 4
        }
        return nil
    }

    private static func contentLength(_ head: String) -> Int? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
            return Int(line.dropFirst("content-length:".count).drop { $0 == " " })
        }
        return nil
    }

    private static func unchunked(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes
        while let end = rest.firstIndex(of: 13),
            let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16), size > 0
        {
            rest = rest[(end + 2)...]
            result += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return result
    }
}
