/// The bytes of an answer: header lines in the original's order, byte for byte (web API §1).
struct HTTPAnswer {
    let policy: ServerPolicy
    /// Unix seconds.
    let now: Int64
    /// `nil` where no request could be read.
    let request: HTTPRequest?
    let keepAlive: Bool

    /// - Returns: the head; the body follows it as it is.
    func head(_ response: HTTPResponse) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(640)
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
        if !policy.frameOptions.isEmpty { line("X-Frame-Options: " + policy.frameOptions) }
        if request?.method == .options {
            line("Access-Control-Allow-Methods: GET, OPTIONS")
            line(
                "Access-Control-Allow-Headers: accept, x-requested-with, origin, content-type, cookie, pragma, "
                    + "cache-control, x-auth-token"
            )
            line("Access-Control-Max-Age: 1209600")
        } else if response.isCacheable, response.status == 200 {
            line("Cache-Control: public")
            line("Expires: " + httpDate(response.expires ?? now &+ 86_400))
        } else {
            line("Cache-Control: no-cache, no-store, must-revalidate")
            line("Pragma: no-cache")
            line("Expires: " + httpDate(response.expires ?? now &+ policy.updateEvery))
        }
        for field in response.fields where Self.isSafe(field.name) && Self.isSafe(field.value) {
            line("\(field.name): \(field.value)")
        }
        if !response.body.isEmpty { line("Content-Length: \(response.body.count)") }
        line("")
        return lines
    }

    /// A value that would end its line is left out: an endpoint may have made it of what a client sent.
    private static func isSafe(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}
