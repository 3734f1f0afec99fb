/// Sends a plain request to the same place, encrypted (web API §1).
///
/// Where that is only the request itself knows: the `Host` it was made for. Nothing but a host and a port is taken from it, so
/// that it cannot become a part of another URL.
enum SecureRedirect {
    /// 301, or 400 where the request names no host.
    static func response(_ request: HTTPRequest) -> HTTPResponse {
        let hosts = request.fields.all("Host")
        // Another form than a path would stand behind the host: `GET @elsewhere/ HTTP/1.1`.
        guard hosts.count == 1, isAuthority(hosts[0]), request.target.hasPrefix("/") else {
            return .text(400, "This port speaks HTTPS, and the request does not say with which host.\r\n")
        }
        let text = "<!DOCTYPE html><html><body>This port speaks HTTPS.</body></html>\r\n"
        var response = HTTPResponse.text(301, text, contentType: HTTPResponse.html)
        response.fields.append(("Location", "https://\(hosts[0])\(encoded(request.target))"))
        return response
    }

    /// Bytes of a host's name and its port.
    static let authorityLimit = 261

    /// `parent.example`, `10.0.0.5:19999`, `[::1]:19999`: host and port of RFC 3986, without anything in front or behind, and
    /// of hosts only those that exist: names of letters, digits, hyphens and underscores, and addresses.
    static func isAuthority(_ text: String) -> Bool {
        let bytes = Array(text.utf8)[...]
        guard bytes.count <= authorityLimit else { return false }
        let isBracketed = bytes.first == UInt8(ascii: "[")
        let end =
            isBracketed
            ? bytes.firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 }
            : bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        guard let end else { return false }
        let host = isBracketed ? bytes[1..<(end - 1)] : bytes[..<end]
        guard !host.isEmpty, host.allSatisfy(isBracketed ? isOfAddress : isOfName) else { return false }
        guard end < bytes.endIndex else { return true }
        let port = bytes[(end + 1)...]
        return bytes[end] == UInt8(ascii: ":") && (1...5).contains(port.count) && port.allSatisfy(isDigit)
    }

    /// What a URL may not have as it is: the original's clients send blanks, for example.
    private static func encoded(_ target: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in target.utf8 {
            if byte > 0x20, byte < 0x7f {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 32)
            || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 32)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
}
