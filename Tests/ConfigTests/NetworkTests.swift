import Diagnostics
import Testing

@testable import Config

/// `allow … from`: simple patterns, addresses however they are written, networks (streaming protocol §1, §15.2).
@Suite struct NetworkTests {
    @Test(arguments: [
        // Networks.
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3/8", "10.9.9.9", true),
        ("192.168.4.0/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
        ("10.0.0.5/32", "10.0.0.5", true), ("10.0.0.5/32", "10.0.0.6", false), ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("::/0", "2001:db8::1", true), ("::/0", "10.0.0.1", false), ("fe80::/10", "fe80::1%eth0", true),
        // IPv4 within IPv6 is IPv4.
        ("::ffff:10.0.0.0/104", "10.9.9.9", true), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("::ffff:10.1.2.3", "10.1.2.3", true),
        // However it is written.
        ("2001:DB8:0:0::1", "2001:db8::1", true), ("2001:db8::1", "2001:db8::2", false),
        // The first word that fits decides.
        ("!10.1.0.0/16 10.0.0.0/8", "10.1.2.3", false), ("!10.1.0.0/16 10.0.0.0/8", "10.2.2.3", true),
        ("10.0.0.0/8 !10.1.0.0/16", "10.1.2.3", true), ("!10.1.0.0/16 *", "203.0.113.9", true),
        ("192.168.* !10.* 0.0.0.0/0", "10.2.2.3", false), ("!2001:DB8::1 *", "2001:db8::1", false),
        // Loopback has one name, and is within the networks that hold it.
        ("localhost", "localhost", true), ("127.0.0.1", "localhost", false), ("127.0.0.0/8", "localhost", true),
        ("::1/128", "localhost", true), ("10.0.0.0/8", "localhost", false), ("10.0.0.0/8", "UNKNOWN", false),
        // Nothing but what refuses; nothing at all.
        ("!10.0.0.0/8", "11.0.0.1", false), ("", "11.0.0.1", true), ("  ", "11.0.0.1", true),
        // What is no network is a word that nobody is called.
        ("10.0.0.0/33", "10.0.0.1", false), ("10.0.0.0/", "10.0.0.0", false), ("10.0.0.0/-1", "10.0.0.0", false),
        ("10.0.0.0/8x", "10.0.0.1", false), ("10.*/8", "10.0.0.1", false), ("/8", "10.0.0.1", false),
    ])
    func allows(list: String, address: String, isAllowed: Bool) {
        #expect(AccessList(list).allows(address) == isAllowed)
    }

    @Test(arguments: [
        ("10.0.0.0/33", "from 0 to 32"), ("2001:db8::/129", "from 0 to 128"), ("10.*/8", "before the slash"),
        ("10.0.0.0/", "from 0 to 32"), ("web/8", "before the slash"), ("!10.0.0.0/40", "from 0 to 32"),
    ])
    func aBadNetworkIsSaidWithItsLine(word: String, reason: String) {
        let stream = "[11111111-2222-3333-4444-555555555556]\nenabled = yes\nallow from = localhost \(word)\n"
        let findings = load(stream: stream).findings.filter {
            $0.condition == .configAllowsUnmatchable
        }
        #expect(findings.count == 1)
        #expect(findings.first?.line == 3)
        #expect(findings.first?.message.contains(reason) == true, "\(findings.first?.message ?? "")")
    }

    @Test func goodNetworksAreNoFinding() {
        let netdata =
            "[web]\nallow streaming from = 10.0.0.0/8 !10.1.0.0/16 2001:DB8::/32 ::ffff:10.0.0.1 fe80::%eth0/10\n"
        let findings = load(netdata: netdata).findings
        #expect(!findings.contains { $0.condition == .configAllowsUnmatchable }, "\(findings)")
    }

    /// Ten thousand networks, and patterns that make others go back and forth.
    @Test func aLongListIsWalkedOnce() {
        let networks = (0..<10_000).map { "10.\($0 / 256).\($0 % 256).0/24" }.joined(separator: " ")
        let list = AccessList(networks + " 2*a*a*a*a*a*a*b !* ")
        #expect(list.allows("10.39.15.7"))
        #expect(!list.allows("2" + String(repeating: "a", count: 50_000)))
    }
}
