internal import Config
public import Diagnostics

/// What a failure of TLS means to an operator: one condition of the catalogue, what fills it in, and what shows it.
public struct TLSDiagnosis: Sendable, Equatable {
    public var condition: Condition
    /// What fills in the condition's text, but for `{host}`, which only a sender knows.
    public var values: [String: String]
    /// Lines that show it: which certificate, which file was consulted, which bytes came. Safe to print.
    public var evidence: [String]
    /// Ways out, best first, each in one line with this case's names and paths in it. Safe to print.
    public var fixes: [String]

    /// - Parameters:
    ///   - evidence: as it came; a peer's control characters are escaped here.
    ///   - fixes: `nil` takes those of the condition.
    public init(
        _ condition: Condition,
        values: [String: String] = [:],
        evidence: [String] = [],
        fixes: [String]? = nil
    ) {
        self.condition = condition
        self.values = values
        self.evidence = evidence.map { escapedForLog(clipped($0)) }
        self.fixes = (fixes ?? condition.waysOut(values)).map { escapedForLog(clipped($0)) }
    }
}

extension TLSDiagnosis {
    /// What a connecting side says.
    /// - Parameters:
    ///   - destination: as it was dialled: `parent.example:19999:SSL`.
    ///   - trust: whose files are looked at again, to say what is there.
    ///   - system: where the system keeps its authorities.
    ///   - now: seconds since 1970.
    public init(
        _ failure: TLSFailure,
        dialling destination: String,
        trusting trust: TLSTrust,
        system: SystemTrust = .current(),
        now: Int64
    ) {
        switch failure.kind {
        case .certificate(let found):
            let report = TrustReport(trust, system: system)
            self = BadCertificate(found, failure, Dialled(destination), report, now: now).diagnosis
        case .alert(let alert):
            self.init(
                .alert(fromParent: alert.number),
                values: ["destination": destination, "alert": alert.description],
                evidence: ["the parent said: \(alert)"] + Self.sent(failure.chain, now: now)
            )
        case .notTLS: self = Self.stranger(failure, dialling: destination)
        case .closed:
            self.init(
                failure.firstBytes.isEmpty ? .closedOnTLS : .closedDuringTLS,
                values: ["destination": destination],
                evidence: [Self.heard(failure.firstBytes)]
            )
        case .timedOut:
            self.init(
                failure.firstBytes.isEmpty ? .silentToTLS : .handshakeTimedOut,
                values: ["destination": destination],
                evidence: [Self.heard(failure.firstBytes)]
            )
        case .protocolError(let reason):
            self.init(
                Self.isAboutVersion(reason) ? .parentTLSTooOld : .parentTLSBroken,
                values: ["destination": destination, "reason": reason],
                evidence: Self.said(reason, failure)
            )
        }
    }

    /// What an accepting side says.
    /// - Parameters:
    ///   - own: the certificates that were sent, this side's own first: `TLSContext.ownChain`.
    ///   - now: seconds since 1970.
    public init(_ failure: TLSFailure, from peer: Peer, own: [Certificate] = [], now: Int64) {
        let who = ["ip": peer.address, "port": peer.port]
        func with(_ name: String, _ value: String) -> [String: String] { who.merging([name: value]) { $1 } }
        switch failure.kind {
        case .alert(let alert):
            let shown = alert.isAboutCertificate ? own : []
            self.init(
                .alert(fromClient: alert.number),
                values: with("alert", alert.description),
                evidence: ["the client said: \(alert)"]
                    + shown.enumerated().flatMap { Self.lines($1, at: $0, now: now) }
            )
        case .notTLS:
            self.init(
                .clientWithoutTLS,
                values: with("evidence", Self.shown(failure.firstBytes)),
                evidence: [Self.heard(failure.firstBytes)]
            )
        case .closed: self.init(.clientLeftTLS, values: who, evidence: [Self.heard(failure.firstBytes)])
        case .timedOut: self.init(.clientStalledTLS, values: who, evidence: [Self.heard(failure.firstBytes)])
        case .protocolError(let reason):
            let condition: Condition =
                Self.isAboutVersion(reason)
                ? .clientTLSTooOld : reason.contains("no shared cipher") ? .clientWithoutCipher : .clientTLSBroken
            self.init(
                condition,
                values: with("reason", reason),
                evidence: Self.said(reason, failure)
            )
        case .certificate(let found):
            // Nobody asks clients for one.
            self.init(.clientTLSBroken, values: with("reason", found.text))
        }
    }

    // MARK: Evidence

    private static func said(_ reason: String, _ failure: TLSFailure) -> [String] {
        var lines = ["OpenSSL says: \(reason)"]
        if let sent = failure.sent { lines.append("we answered: \(sent)") }
        return failure.firstBytes.isEmpty ? lines : lines + [heard(failure.firstBytes)]
    }

    private static func isAboutVersion(_ reason: String) -> Bool {
        ["unsupported protocol", "wrong ssl version", "version too low", "version too high"].contains {
            reason.contains($0)
        }
    }

    static func heard(_ bytes: [UInt8]) -> String {
        bytes.isEmpty ? "not one byte came" : "what came first: \(shown(bytes))"
    }

    /// Printable ASCII as it is and every other byte as `\xNN`.
    static func shown(_ bytes: [UInt8]) -> String {
        let limit = 64
        let text = bytes.prefix(limit).reduce(into: "") { text, byte in
            if (0x20..<0x7f).contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text + (bytes.count > limit ? "…" : "")
    }

    /// What a server sent, its own first.
    static func sent(_ chain: [Certificate], now: Int64) -> [String] {
        chain.enumerated().map { index, certificate in
            "the parent sent \(index): \(certificate.subject), issued by "
                + (certificate.isSelfSigned ? "itself" : certificate.issuer)
        }
    }

    /// One's own certificate, as a client sees it.
    private static func lines(_ certificate: Certificate, at index: Int, now: Int64) -> [String] {
        let issuer = certificate.isSelfSigned ? "itself" : certificate.issuer
        var lines = ["we sent \(index): \(certificate.subject), issued by \(issuer)"]
        if index == 0 { lines.append("it is for \(certificate.audience)") }
        lines.append("it is \(certificate.validity(at: now))")
        return lines
    }
}

extension Condition {
    /// The fix with values in it, each way out in one line: headings go before what follows them, settings and what begins
    /// with `and` behind what they belong to.
    func waysOut(_ values: [String: String]) -> [String] {
        var ways: [String] = []
        var isHeading = false
        for line in fix {
            let text = String(spelledOut(line, values).drop { $0 == " " })
            let isSetting = line.hasPrefix("    ")
            let joint: String? =
                isHeading ? " " : isSetting || text.hasPrefix("and ") ? ", " : text.hasPrefix("[") ? "; " : nil
            if let joint, let last = ways.popLast() { ways.append(last + joint + text) } else { ways.append(text) }
            isHeading = text.hasSuffix(":") || text.hasPrefix("[") && text.hasSuffix("]")
        }
        return ways
    }
}
