import Testing

@testable import Transport

/// Where a plain request is sent to, and where never.
@Suite struct SecureRedirectTests {
    private func response(_ target: String, _ hosts: [String]) throws -> HTTPResponse {
        let fields = HTTPFields(hosts.map { ("Host", $0) })
        return SecureRedirect.response(try #require(HTTPRequest(.get, target, fields: fields)))
    }

    @Test(arguments: [
        ("parent.example", "/api/v1/info?a=b&c=%20", "https://parent.example/api/v1/info?a=b&c=%20"),
        ("parent.example:19999", "/", "https://parent.example:19999/"), ("10.0.0.5:1", "/x", "https://10.0.0.5:1/x"),
        ("[fe80::1]:19999", "/x", "https://[fe80::1]:19999/x"),
        ("[::ffff:10.0.0.1]", "/", "https://[::ffff:10.0.0.1]/"),
        // Nothing of a target can become a part of the host: it follows a slash.
        ("a", "//evil.example/x", "https://a//evil.example/x"), ("a", "/a b\u{e9}\"", "https://a/a%20b%C3%A9\""),
    ])
    func whereTo(host: String, target: String, location: String) throws {
        let response = try response(target, [host])
        #expect(response.status == 301)
        #expect(response.fields.map(\.name) == ["Location"])
        #expect(response.fields.first?.value == location)
        #expect(!response.body.isEmpty && !response.isCacheable)
    }

    @Test(arguments: [
        "", " ", ":1", "evil/../a@b", "user@evil.example", "user:password@evil.example", "evil.example/", "evil?x",
        "a#b",
        "a b", "a\\b", "a:b", "a:", "a:123456", "a:1:2", "[::1", "[]", "[::1]x", "[::1]:", "[g::1]", "::1", "%61",
        "a,b",
        "a%00", "ü", String(repeating: "a", count: 262),
    ])
    func neverTo(host: String) throws {
        let response = try response("/x", [host])
        #expect(response.status == 400 && response.fields.isEmpty)
    }

    @Test func theRequestMustBeAPathOfOneHost() throws {
        #expect(try response("/x", []).status == 400)
        #expect(try response("/x", ["a", "b"]).status == 400)
        #expect(try response("@evil.example/x", ["a"]).status == 400)
        #expect(try response("http://evil.example/x", ["a"]).status == 400)
        #expect(try response("/x", [String(repeating: "a", count: 261)]).status == 301)
    }
}
