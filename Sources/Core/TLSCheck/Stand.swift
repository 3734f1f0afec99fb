internal import Config
internal import Diagnostics
internal import Transport

/// A parent as its netdata.conf makes it, for ``Rehearsal``.
struct Stand {
    private let file: ConfigurationFile
    private let now: Int64
    private let server: Result<TLSContext, TLSMaterialError>?
    /// What keeps it from having TLS although somebody wants it.
    let problems: [Problem]

    init(_ file: ConfigurationFile, now: Int64, exists: (String) -> Bool) {
        self.file = file
        self.now = now
        let web = file.configuration.web
        let isAsked = file.isSet("web", "ssl key") || file.isSet("web", "ssl certificate")
        guard isAsked || exists(web.tlsKey) && exists(web.tlsCertificate) else {
            server = nil
            problems = []
            return
        }
        do throws(TLSMaterialError) {
            server = .success(
                try TLSContext.server(
                    certificate: web.tlsCertificate,
                    key: web.tlsKey,
                    highestVersion: web.tlsVersion,
                    ciphers: web.tlsCiphers
                )
            )
            problems = []
        } catch {
            server = .failure(error)
            problems = [Self.problem(error, file)]
        }
    }

    private static func problem(_ error: TLSMaterialError, _ file: ConfigurationFile) -> Problem {
        let condition: Condition =
            switch error.part {
            case .certificate, .trust: .ownCertificateUnusable
            case .key: error.isLocked ? .ownKeyLocked : .ownKeyUnusable
            case .pair: .ownKeyMismatch
            case .ciphers: .ciphersUnusable
            }
        let sources = ["ssl certificate", "ssl key"].map { file.source("web", $0) }
        return Problem(
            condition,
            "why the parent has no TLS",
            values: [
                "path": error.path, "reason": error.reason, "certificate": file.configuration.web.tlsCertificate,
            ],
            evidence: sources.map { "\($0.setting)  \($0.place)" }
        )
    }

    private var context: TLSContext? { try? server?.get() }

    // MARK: A port

    func report(_ port: BindAddress, _ children: [Child]) -> (PortReport, [Problem]) {
        var report = PortReport(port.description, origin: file.place("web", "bind to"))
        var problems: [Problem] = []
        // Without a child, one that believes the system and dials what the certificate says.
        var anybody = Child(
            Destination(host: context?.ownChain.first?.names.first ?? "localhost", port: port.port, tls: true)
        )
        anybody.isSupposed = true
        let basis = [file.source("web", "bind to")].map { "\($0.setting)  \($0.place)" }
        let judged = (children.isEmpty ? [anybody] : children).map { child in
            var judgement = Judgement(offer(port, child, &problems), child, now: now)
            judgement.basis = basis + child.sources.map { "\($0.setting)  \($0.place)" }
            return judgement
        }
        report.facts = facts(port, judged[0])
        let encrypting = judged.first { $0.destination.tls } ?? judged[0]
        report.verdicts = Row.all.map { encrypting.verdict($0) }
        if !children.isEmpty { report.places = judged.map(\.place) }
        for judgement in judged {
            let port = PortReport(port.description, verdicts: report.verdicts)
            let own = judgement.problems(port)
            problems += children.isEmpty ? own.filter { $0.severity < .error } : own
        }
        return (report, problems)
    }

    /// What the port offers, as a walk would find it.
    private func offer(_ port: BindAddress, _ child: Child, _ problems: inout [Problem]) -> Offer {
        var offer = Offer(.connected(milliseconds: 0))
        let node = Answer(.node, server: "the parent")
        guard let context else {
            offer.plain = node
            offer.plainStream =
                port.encryption == .force
                ? StreamAnswer(.other, "ndstream serves nobody here") : rights(port)
            offer.handshake = Handshake(.failed(TLSFailure(.notTLS)))
            return offer
        }
        offer.encrypted = node
        switch port.encryption {
        case .force:
            offer.plain = Answer(.wantsTLS, server: "the parent")
            offer.plainStream = StreamAnswer(.http, "HTTP 400")
        case .optional:
            offer.plain = node
            offer.plainStream = rights(port)
        case .standard:
            offer.plain = Answer(.wantsTLS, server: "the parent")
            offer.plainStream = rights(port) ?? StreamAnswer(.accepted, "by its bind to")
        }
        do throws(TLSMaterialError) {
            let credulous = try TLSContext.client(child.credulous)
            offer.handshake = Material.handshake(context, credulous, name: child.name)
            let verifying = try TLSContext.client(child.trust)
            offer.verifiedHandshake = Material.handshake(context, verifying, name: child.name)
            offer.encryptedStream = rights(port)
        } catch {
            problems.append(
                Problem(
                    .configTrustUnusable,
                    "whom your child believes",
                    values: [
                        "name": child.file == error.path ? "CAfile" : "CApath", "value": error.path,
                        "reason": error.reason,
                    ]
                )
            )
        }
        return offer
    }

    /// What a port says that takes no streams; `nil` for one that does.
    private func rights(_ port: BindAddress) -> StreamAnswer? {
        port.rights.contains(.streaming)
            ? nil : StreamAnswer(.refused(.parentForbidsStreams), "no streaming on this port")
    }

    // MARK: What it offers

    private func facts(_ port: BindAddress, _ judgement: Judgement) -> [Fact] {
        var facts = [
            Fact(
                port.rights.contains(.streaming) ? .ok : .fail,
                "streams",
                port.rights.contains(.streaming)
                    ? "taken at this port" : "not taken at this port: its rights leave streaming out"
            )
        ]
        let key = file.source("web", "ssl key")
        let certificate = file.source("web", "ssl certificate")
        let lines = [certificate, key].map { "\($0.setting)  \($0.place)" }
        switch server {
        case nil: facts.append(Fact(.none, "tls", lines: ["none: neither file exists"] + lines))
        case .failure(let error): facts.append(Fact(.fail, "tls", lines: ["none: \(error)"] + lines))
        case .success: facts.append(Fact(.ok, "files", lines: ["key and certificate are a pair"] + lines))
        }
        return facts
            + judgement.facts().filter {
                !["tcp", "plaintext", "over tls"].contains($0.label) && server != nil && context != nil
            }
    }
}
