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
        var lines: [UInt8] = []
        lines.reserveCapacity(768)
        func line(_ text: String) {
            lines += text.utf8
            lines += [13, 10]
        }
        line("HTTP/1.1 \(response.status) \(response.reason)")
        line(keepAlive ? "Connection: keep-alive" : "Connection: close")
        line("Server: " + policy.serverName)
        line("Access-Control-Allow-Origin: " + (request?.fields["Origin"] ?? "*"))
        line("Access-Control-Allow-Credentials: true")
        line("Content-Type: " + response.contentType)
        line("Date: " + httpDate(response.modified ?? now))
        if !policy.frameOptions.isEmpty, Self.isSafe(policy.frameOptions) {
            line("X-Frame-Options: " + policy.frameOptions)
        }
        let own = response.fields.filter { Self.isSafe($0.name) && Self.isSafe($0.value) }
        let cookies = own.filter { Self.isCookie($0.name) }
        for cookie in cookies { line("\(cookie.name): \(cookie.value)") }
        if policy.respectsDoNotTrack { line(cookies.isEmpty ? "Tk: N" : "Tk: T;cookies") }
        if request?.method == .options {
            line("Access-Control-Allow-Methods: GET, OPTIONS")
            line(
                "Access-Control-Allow-Headers: accept, x-requested-with, origin, content-type, cookie, pragma, "
                    + "cache-control, x-auth-token"
            )
            line("Access-Control-Max-Age: 1209600")
        } else if response.isCacheable, response.status == 200 || response.status == 304 {
            line("Cache-Control: public")
            line("Expires: " + httpDate(response.expires ?? now &+ 86_400))
        } else {
            line("Cache-Control: no-cache, no-store, must-revalidate")
            line("Pragma: no-cache")
            line("Expires: " + httpDate(response.expires ?? now &+ policy.updateEvery))
        }
        for field in own where !Self.isCookie(field.name) { line("\(field.name): \(field.value)") }
        for text in validators(delivery) { line(text) }
        if delivery.isCompressed { line("Content-Encoding: gzip") }
        switch delivery.framing {
        case .none: break
        case .length(let count): line("Content-Length: \(count)")
        case .chunked: line("Transfer-Encoding: chunked")
        }
        line("")
        return lines
    }

    /// What the original does not send: by which a client asks again whether anything has changed (RFC 9110 §8.8). Tags are weak:
    /// they are those of the answer, compressed or not.
    private func validators(_ delivery: HTTPDelivery) -> [String] {
        let response = delivery.response
        guard let tag = response.tag else { return [] }
        var lines = ["ETag: W/\"\(tag)\""]
        if let modified = response.modified { lines.append("Last-Modified: " + httpDate(modified)) }
        // A cache may keep it for others: for those who read gzip, and for pages from elsewhere.
        if policy.gzip != nil { lines.append("Vary: Accept-Encoding, Origin") }
        return lines
    }

    private static func isCookie(_ name: String) -> Bool { name.lowercased() == "set-cookie" }

    /// A value that would end its line is left out: an endpoint may have made it of what a client sent.
    private static func isSafe(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}
