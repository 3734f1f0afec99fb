import Glibc
import Testing

@Suite struct CheckTLSTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func expect(
        web: [UInt8],
        stream: [UInt8],
        _ status: Int32,
        _ sentences: String...,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let path = directory.path + "/sock"
        unlink(path)
        let server = try TinyServer(path) { $0.hasPrefix("STREAM ") ? stream : web }
        defer { server.stop() }
        let result = try Program.run("check-tls", "unix:" + path, "--timeout", "2")
        #expect(result.status == status, sourceLocation: location)
        for sentence in sentences {
            #expect(result.output.contains(sentence), "\(result.output)", sourceLocation: location)
        }
        #expect(result.output.contains("TLS verification is not part of this version"), sourceLocation: location)
    }

    private let node = page("200 OK", "{}", server: "Netdata Embedded HTTP Server v1.37.1")
    private let denied = Array("You are not permitted to access this. Check the logs for more info.".utf8)

    @Test func aNodeThatTakesStreams() throws {
        try expect(
            web: node,
            stream: denied,
            0,
            "a node: Netdata Embedded HTTP Server v1.37.1",
            "takes streams in plaintext"
        )
        try expect(web: [], stream: denied, 0, "says nothing to a web request", "takes streams in plaintext")
    }

    @Test func aPortThatMayNot() throws {
        let answer = Array("You are not allowed to access this resource.".utf8)
        try expect(web: node, stream: answer, 1, "not allowed on this port")
        try expect(web: node, stream: [], 1, "closed without a word")
    }

    @Test func whatWantsTLS() throws {
        let moved = Array("HTTP/1.1 301 Moved Permanently\r\nServer: Netdata\r\nLocation: https://p/\r\n\r\n".utf8)
        let bad = page("400 Bad Request", "", server: "Netdata Embedded HTTP Server v1.37.1")
        try expect(web: moved, stream: bad, 1, "a node that wants TLS", "refused without TLS")
        try expect(web: [0x15, 3, 1, 0, 2, 2, 70], stream: [0x15, 3, 1], 1, "speaks TLS and nothing else")
    }

    @Test func whatIsNoNode() throws {
        let nginx = page("400 Bad Request", "", server: "nginx/1.24")
        try expect(
            web: nginx,
            stream: nginx,
            1,
            "a web server that is no Netdata: nginx/1.24",
            "answered as a web request"
        )
        let ssh = Array("SSH-2.0-\u{1b}[2JOpenSSH\r\n".utf8)
        try expect(web: ssh, stream: ssh, 1, "something else, it says: SSH-2.0-\\x1b[2JOpenSSH")
    }
}
