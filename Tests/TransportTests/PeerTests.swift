import Testing

@testable import Transport

@Suite struct PeerTests {
    @Test(arguments: [
        ("127.0.0.1", "[localhost]:5"), ("::1", "[localhost]:5"), ("::ffff:127.0.0.1", "[localhost]:5"),
        ("::ffff:10.1.2.3", "[10.1.2.3]:5"), ("127.0.0.2", "[127.0.0.2]:5"), ("2001:db8::1", "[2001:db8::1]:5"),
    ])
    func addressesHaveOneSpelling(numeric: String, shown: String) {
        #expect("\(Peer(address: numeric, port: 5))" == shown)
    }

    @Test func unixSocketsAreLocal() {
        #expect("\(Peer.unix)" == "[localhost]:UNIX")
        #expect(Peer.unix.isUnix)
        #expect(!Peer(address: "::1", port: 1).isUnix)
    }
}
