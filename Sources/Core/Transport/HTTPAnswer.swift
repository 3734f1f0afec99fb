internal import Basics

/// The bytes of an answer: header lines in the original's order, byte for byte (web API §1).
struct HTTPAnswer {
    let policy: ServerPolicy
    /// Unix seconds.
    let now: Int64
    /// `nil` where no request could be read.
    let request: HTTPRequest?
    let keepAlive: Bool

    /// The head of an answer that is sent as it is.
    func head(_ response: HTTPResponse) -> [UInt8] {
        head(HTTPDelivery(response, to: HTTPTurn(request: request, keepAlive: keepAlive, received: 0)))
    }

    /// - Returns: the head; the body follows it.
    func head(_ delivery: HTTPDelivery) -> [UInt8] {
        let response = delivery.response
        var head = HeadLines()
        head.add("HTTP/1.1 ", String(response.status), " ", response.reason)
        head.add("Connection: ", keepAlive ? "keep-alive" : "close")
        head.add("Server: ", policy.serverName)
        head.add("Access-Control-Allow-Origin: ", request?.fields["Origin"] ?? "*")
        head.add("Access-Control-Allow-Credentials: true")
        head.add("Content-Type: ", response.contentType)
        head.add("Date: ", date: response.modified ?? now)
        if !policy.frameOptions.isEmpty, Self.isSafe(policy.frameOptions) {
            head.add("X-Frame-Options: ", policy.frameOptions)
        }
        let own = response.fields.filter { Self.isSafe($0.name) && Self.isSafe($0.value) }
        let cookies = own.filter { Self.isCookie($0.name) }
        for cookie in cookies { head.add(cookie) }
        if policy.respectsDoNotTrack { head.add("Tk: ", cookies.isEmpty ? "N" : "T;cookies") }
        if request?.method == .options {
            head.add("Access-Control-Allow-Methods: GET, OPTIONS")
            let fields = "accept, x-requested-with, origin, content-type, cookie, pragma, cache-control, x-auth-token"
            head.add("Access-Control-Allow-Headers: ", fields)
            head.add("Access-Control-Max-Age: 1209600")
        } else if response.isCacheable, response.status == 200 || response.status == 304 {
            head.add("Cache-Control: public")
            head.add("Expires: ", date: response.expires ?? now &+ 86_400)
        } else {
            head.add("Cache-Control: no-cache, no-store, must-revalidate")
            head.add("Pragma: no-cache")
            head.add("Expires: ", date: response.expires ?? now &+ policy.updateEvery)
        }
        for field in own where !Self.isCookie(field.name) { head.add(field) }
        addValidators(delivery, to: &head)
        if delivery.isCompressed { head.add("Content-Encoding: gzip") }
        switch delivery.framing {
        case .none: break
        case .length(let count): head.add("Content-Length: ", String(count))
        case .chunked: head.add("Transfer-Encoding: chunked")
        }
        head.add("")
        return head.bytes
    }

    /// What the original does not send: by which a client asks again whether anything has changed (RFC 9110 §8.8). Tags are weak:
    /// they are those of the answer, compressed or not.
    private func addValidators(_ delivery: HTTPDelivery, to head: inout HeadLines) {
        let response = delivery.response
        guard let tag = response.tag else { return }
        head.add("ETag: W/\"", tag, "\"")
        if let modified = response.modified { head.add("Last-Modified: ", date: modified) }
        // A cache may keep it for others: for those who read gzip, and for pages from elsewhere.
        if policy.gzip != nil { head.add("Vary: Accept-Encoding, Origin") }
    }

    private static func isCookie(_ name: String) -> Bool { name.lowercased() == "set-cookie" }

    /// A value that would end its line is left out: an endpoint may have made it of what a client sent.
    private static func isSafe(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}

/// Lines that are put together of pieces, without joining those to texts first.
private struct HeadLines {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(768) }

    mutating func add(_ first: StaticString, _ second: String = "", _ third: StaticString = "", _ fourth: String = "") {
        bytes.append(first)
        bytes.append(text: second)
        bytes.append(third)
        bytes.append(text: fourth)
        end()
    }

    /// - Parameter date: Unix seconds.
    mutating func add(_ name: StaticString, date: Int64) {
        bytes.append(name)
        bytes.append(httpDate: date)
        end()
    }

    mutating func add(_ field: (name: String, value: String)) {
        bytes.append(text: field.name)
        bytes.append(": ")
        bytes.append(text: field.value)
        end()
    }

    private mutating func end() { bytes.append("\r\n") }
}
