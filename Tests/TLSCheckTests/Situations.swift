import Config
import Diagnostics

@testable import TLSCheck
@testable import Transport

/// What may be found at a destination, one of a kind each.
struct Situation {
    let name: String
    let offer: Offer
    let child: Child
    var isStrict = false

    var report: Report {
        // What the system of whoever runs the tests believes is no part of them.
        let system = SystemTrust(file: "/nowhere/cert.pem", directories: ["/nowhere/certs"])
        return Judgement(offer, child, system: system, now: Self.now).report(title: child.destination.description)
    }

    /// 2026-11-22 14:05:09.
    static let now: Int64 = 1_795_356_309

    static func leaf(days: Int64 = 400, bits: Int = 256, names: [String] = ["mon-1.lan"]) -> Certificate {
        Certificate(
            subject: "CN=mon-1.lan",
            issuer: "CN=Example Lab CA",
            notBefore: now - 86_400 * 300,
            notAfter: now + 86_400 * days,
            dnsNames: names,
            addresses: ["10.0.0.5"],
            fingerprint: "97:25:98:1E",
            keyType: bits == 256 ? "EC" : "RSA",
            keyBits: bits,
            signature: "ecdsa-with-SHA256"
        )
    }

    static let own = Certificate(
        subject: "CN=mon-1.lan",
        issuer: "CN=mon-1.lan",
        notBefore: now - 86_400,
        notAfter: now + 86_400 * 3650,
        dnsNames: ["mon-1.lan"],
        fingerprint: "AA:BB",
        keyType: "EC",
        keyBits: 256,
        signature: "ecdsa-with-SHA256"
    )

    static func handshake(_ certificate: Certificate = leaf(), _ notes: Int...) -> Handshake {
        let facts = TLSFacts(
            version: "TLSv1.3",
            cipher: "TLS_AES_256_GCM_SHA384",
            isVerified: notes.isEmpty,
            certificate: certificate,
            chain: [certificate],
            notes: notes.map { VerifyFailure(number: $0, certificate: certificate) },
            isResumed: false
        )
        return Handshake(.established(facts), milliseconds: 21)
    }

    private static func reached(_ change: (inout Offer) -> Void) -> Offer {
        var offer = Offer(.connected(milliseconds: 3))
        offer.attempts = [Offer.Attempt("10.0.0.5:19999")]
        change(&offer)
        return offer
    }

    private static func node(_ server: String = "ndstream/1.0") -> Answer { Answer(.node, status: 200, server: server) }
    private static let netdata = "Netdata Embedded HTTP Server v1.37.1"

    private static func dialling(
        _ text: String,
        skip: Bool = false,
        file: String? = nil,
        name: TriState = .auto
    ) -> Child {
        // A destination of these tests is none that cannot be read.
        let destination = try? Destination(text, defaultPort: "19999")
        var child = Child(destination ?? Destination(host: text, port: ""), file: file, isSkipping: skip)
        child.nameCheck = name
        child.sources = [Child.Source("[stream] destination = \(text)", "stream.conf:3")]
        return child
    }

    private static let withoutTLS: Handshake = {
        var failure = TLSFailure(.notTLS)
        failure.firstBytes = Array("HTTP/1.1 400 Bad Request\r\nServer: ndstream/1.0\r\n".utf8)
        return Handshake(.failed(failure), milliseconds: 2)
    }()

    static let all: [Situation] = [
        Situation(
            name: "plain-parent",
            offer: reached {
                $0.plain = node()
                $0.handshake = withoutTLS
            },
            child: dialling("mon-1.lan:19999")
        ),
        Situation(
            name: "ssl-to-plain-parent",
            offer: reached {
                $0.plain = node()
                $0.handshake = withoutTLS
            },
            child: dialling("mon-1.lan:19999:SSL")
        ),
        Situation(
            name: "valid",
            offer: reached {
                $0.plain = node()
                $0.handshake = handshake()
                $0.encrypted = node()
            },
            child: dialling("mon-1.lan:19999:SSL")
        ),
        Situation(
            name: "issuer-and-name",
            offer: reached {
                $0.attempts.insert(
                    Offer.Attempt("[2001:db8::5]:19999", failure: "Connection refused", number: 111),
                    at: 0
                )
                $0.plain = Answer(.wantsTLS, status: 301)
                $0.handshake = handshake(leaf(), 20, 62)
                $0.encrypted = node()
            },
            child: dialling("mon-1.example:19999:SSL", file: "/nowhere/ca.pem")
        ),
        Situation(
            name: "self-signed",
            offer: reached {
                $0.plain = node()
                $0.handshake = handshake(own, 18)
                $0.encrypted = node()
            },
            child: dialling("mon-1.lan:19999:SSL")
        ),
        Situation(
            name: "skipped-and-ending",
            offer: reached {
                $0.plain = node()
                $0.handshake = handshake(leaf(days: 12, bits: 1024), 20)
                $0.encrypted = node()
            },
            child: dialling("mon-1.lan:19999:SSL", skip: true),
            isStrict: true
        ),
        Situation(
            name: "name-only-noted",
            offer: reached {
                $0.plain = node()
                $0.handshake = handshake(leaf(), 62)
                $0.encrypted = node()
            },
            child: dialling("mon-1.example:19999:SSL", name: .no)
        ),
        Situation(
            name: "force-and-plain",
            offer: reached {
                $0.plain = Answer(.wantsTLS, status: 301)
                $0.handshake = handshake()
                $0.encrypted = node()
                $0.plainStream = StreamAnswer(.http, "answered HTTP 400")
                $0.verifiedHandshake = handshake()
                $0.encryptedStream = StreamAnswer(.accepted, "accepted, version 5")
            },
            child: dialling("mon-1.lan:19999")
        ),
        Situation(
            name: "mode-unknown",
            offer: reached {
                $0.plain = Answer(.wantsTLS, status: 301)
                $0.handshake = handshake()
                $0.encrypted = node()
            },
            child: dialling("mon-1.lan:19999")
        ),
        Situation(
            name: "netdata-1.37-defect",
            offer: reached {
                $0.plain = node(netdata)
                $0.handshake = handshake()
                $0.encrypted = node(netdata)
                $0.plainStream = StreamAnswer(.closed, "closed without a word")
                $0.verifiedHandshake = handshake()
                $0.encryptedStream = StreamAnswer(.accepted, "accepted, version 5")
            },
            child: dialling("mon-1.lan:19999")
        ),
        Situation(
            name: "key-refused",
            offer: reached {
                $0.plain = node()
                $0.handshake = handshake()
                $0.encrypted = node()
                $0.plainStream = StreamAnswer(.refused(.parentDenied), "key or address refused")
                $0.verifiedHandshake = handshake()
                $0.encryptedStream = StreamAnswer(.refused(.parentDenied), "key or address refused")
            },
            child: dialling("mon-1.lan:19999:SSL")
        ),
        Situation(
            name: "web-server",
            offer: reached {
                $0.plain = Answer(.web, status: 400, server: "nginx/1.22.1")
                $0.handshake = handshake()
                $0.encrypted = Answer(.web, status: 404, server: "nginx/1.22.1")
            },
            child: dialling("mon-1.lan:443:SSL")
        ),
        Situation(
            name: "ssh",
            offer: reached {
                var failure = TLSFailure(.notTLS)
                failure.firstBytes = Array("SSH-2.0-OpenSSH_9.2p1\r\n".utf8)
                $0.plain = Answer(.other("SSH-2.0-OpenSSH_9.2p1"))
                $0.handshake = Handshake(.failed(failure))
            },
            child: dialling("mon-1.lan:22:SSL")
        ),
        Situation(
            name: "silent",
            offer: reached {
                $0.plain = Answer(.silent)
                $0.handshake = Handshake(.failed(TLSFailure(.timedOut)), milliseconds: 5000)
            },
            child: dialling("mon-1.lan:19999:SSL")
        ),
        Situation(
            name: "closed-port",
            offer: {
                var offer = Offer(.unreachable)
                offer.attempts = [Offer.Attempt("10.0.0.5:19999", failure: "Connection refused", number: 111)]
                return offer
            }(),
            child: dialling("mon-1.lan:19999:SSL")
        ),
        Situation(
            name: "unknown-host",
            offer: Offer(.unknownHost("Name or service not known")),
            child: dialling("nowhere.invalid:19999:SSL")
        ),
        Situation(
            name: "alert",
            offer: reached {
                $0.plain = node()
                $0.handshake = Handshake(.failed(TLSFailure(.alert(TLSAlert(116)))), milliseconds: 9)
            },
            child: dialling("mon-1.lan:19999:SSL")
        ),
    ]
}
