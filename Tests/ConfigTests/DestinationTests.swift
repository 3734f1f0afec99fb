import Testing

@testable import Config

private func one(_ text: String) throws -> Destination { try Destination(text, defaultPort: "19999") }

@Suite struct DestinationTests {
    @Test(
        arguments: [
            ("parent", "parent", nil, "19999", false), ("parent:20000", "parent", nil, "20000", false),
            ("parent:SSL", "parent", nil, "19999", true), ("parent:20000:SSL", "parent", nil, "20000", true),
            ("tcp:10.0.0.1:1", "10.0.0.1", nil, "1", false), ("[2001:db8::1]", "2001:db8::1", nil, "19999", false),
            ("[2001:db8::1]:20000:SSL", "2001:db8::1", nil, "20000", true),
            ("tcp:[fe80::1]%eth0:20000", "fe80::1", "eth0", "20000", false),
            ("[fe80::1%eth0]:20000", "fe80::1", "eth0", "20000", false), ("fe80%eth0", "fe80", "eth0", "19999", false),
            ("parent:http", "parent", nil, "http", false), ("parent:", "parent", nil, "19999", false),
            ("parent:20000:ssl", "parent", nil, "20000", true),
        ] as [(String, String, String?, String, Bool)]
    )
    func items(_ text: String, _ host: String, _ interface: String?, _ port: String, _ tls: Bool) throws {
        let destination = try one(text)
        #expect(destination.transport == .tcp)
        #expect(destination.host == host)
        #expect(destination.interface == interface)
        #expect(destination.port == port)
        #expect(destination.tls == tls)
        #expect(destination.description == text)
    }

    @Test func unixSockets() throws {
        let destination = try one("unix:/run/ndstream/parent.sock")
        #expect(destination.transport == .unix)
        #expect(destination.host == "/run/ndstream/parent.sock")
        #expect(throws: Destination.Problem.self) { try one("unix:/run/parent.sock:SSL") }
    }

    @Test(arguments: [":19999", "tcp:", ":SSL", "unix:", "[]:19999", "%eth0:1"])
    func aHostIsNeeded(_ text: String) {
        #expect(throws: Destination.Problem.noHost(text)) { try one(text) }
    }

    @Test(arguments: [
        "2001:db8::1", "[2001:db8::1", "[::1]x:1", "parent:65536", "parent:-1", "parent:0", "parent:a b:c",
        "udp:parent",
        "parent:1/2", "a:b:c:d",
    ])
    func whatCannotBeRead(_ text: String) {
        #expect(throws: Destination.Problem.self) { try one(text) }
    }

    /// The original encrypts everything from the first `:SSL` on, and forgets what follows it.
    @Test func encryptionBelongsToOneDestination() {
        let (list, problems) = Destination.list("a:1:SSL b:2,c  ,, [::1]:3:SSL\tunix:/s", defaultPort: "19999")
        #expect(problems.isEmpty)
        #expect(list.map(\.tls) == [true, false, false, true, false])
        #expect(list.map(\.host) == ["a", "b", "c", "::1", "/s"])
    }

    @Test func theGoodOnesOfAListCount() {
        let (list, problems) = Destination.list("a :2 b", defaultPort: "19999")
        #expect(list.map(\.host) == ["a", "b"])
        #expect(problems == [.noHost(":2")])
        #expect(Destination.list("", defaultPort: "1").destinations.isEmpty)
    }

    @Test func everyCutIsReadWithoutHarm() {
        let text = "tcp:[fe80::1%eth0]%eth0:19999:SSL"
        for end in 0...text.count {
            _ = Destination.list(String(text.prefix(end)), defaultPort: "19999")
            _ = BindAddress.list(String(text.prefix(end)) + "=dashboard^SSL=force", defaultPort: "19999")
        }
    }
}
