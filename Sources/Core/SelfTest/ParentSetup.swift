internal import Basics
internal import Config
internal import Diagnostics
internal import Node
internal import Transport

/// A parent's configuration, its key and certificate, and what it has to say of them.
struct ParentSetup: Sendable {
    struct Kind: Hashable {
        var port: Combination.Port
        var credential: Combination.Credential
    }

    let configuration: Configuration
    /// `nil`: nothing is encrypted.
    let tls: TLSContext?
    let wordsAtStart: [Observation.Word]

    /// - Parameter at: microseconds since 1970.
    init(_ kind: Kind, _ credentials: Credentials, at: Int64) {
        configuration = Self.configuration(kind, credentials)
        let certificate = ServerCertificate(configuration, now: at / microsecondsPerSecond)
        tls = certificate.context
        wordsAtStart = certificate.findings.map {
            Observation.Word(Event($0.condition, at: at, thread: "CONFIG", values: $0.values))
        }
    }

    private static func configuration(_ kind: Kind, _ credentials: Credentials) -> Configuration {
        let directive =
            switch kind.port {
            case .noTLS, .standard: ""
            case .optional: "^SSL=optional"
            case .force: "^SSL=force"
            }
        let hasFiles = kind.port != .noTLS
        return .texts(
            .parent,
            netdata: """
                [db]
                    mode = ram
                [web]
                    bind to = 127.0.0.1:0=streaming\(directive)
                    ssl key = \(hasFiles ? credentials.key(kind.credential) : "")
                    ssl certificate = \(hasFiles ? credentials.certificate(kind.credential) : "")
                """,
            stream: "[\(Bench.key)]\n enabled = yes\n"
        )
    }
}

extension Configuration {
    /// From texts instead of files.
    static func texts(_ role: Role, netdata: String = "", stream: String) -> Configuration {
        var overrides = Overrides()
        overrides.configDirectory = "/self-test"
        let files = ["/self-test/netdata.conf": netdata, "/self-test/stream.conf": stream]
        let circumstances = Layout.Circumstances(
            role: role,
            userID: 0,
            environment: [:],
            overrides: overrides,
            directoryExists: { _ in false }
        )
        return load(circumstances, hostname: role.rawValue) { path in
            files[path].map { .bytes(Array($0.utf8)) } ?? .missing
        }
    }
}
