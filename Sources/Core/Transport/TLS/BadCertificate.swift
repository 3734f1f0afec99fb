internal import Diagnostics
internal import System

/// A chain that does not hold, with everything that is known about it.
struct BadCertificate {
    private let found: VerifyFailure
    private let failure: TLSFailure
    private let dialled: Dialled
    private let trust: TrustReport
    private let now: Int64
    /// The one it is about.
    private let certificate: Certificate?

    init(_ found: VerifyFailure, _ failure: TLSFailure, _ dialled: Dialled, _ trust: TrustReport, now: Int64) {
        self.found = found
        self.failure = failure
        self.dialled = dialled
        self.trust = trust
        self.now = now
        certificate =
            found.certificate ?? (failure.chain.indices.contains(found.depth) ? failure.chain[found.depth] : nil)
    }

    var diagnosis: TLSDiagnosis {
        let condition = Condition.certificate(x509: found.number)
        return TLSDiagnosis(condition, values: values, evidence: evidence, fixes: fixes(condition))
    }

    private var values: [String: String] {
        var values = [
            "destination": dialled.text, "dialled": dialled.host, "number": String(found.number),
            "depth": String(found.depth), "reason": found.text, "subject": certificate?.subject ?? "unknown",
        ]
        values["issuer"] = certificate?.issuer
        values["names"] = certificate?.audience
        values["from"] = (certificate?.notBefore).map(Certificate.moment)
        values["until"] = (certificate?.notAfter).map(Certificate.moment)
        return values
    }

    // MARK: Evidence

    private var evidence: [String] {
        var lines = ["\(found.name) (\(found.number)) at depth \(found.depth): \(certificate?.subject ?? "unknown")"]
        lines += TLSDiagnosis.sent(failure.chain, now: now)
        switch found.number {
        case 9, 10:
            lines += (certificate.map { ["it is \($0.validity(at: now))"] } ?? [])
            lines.append("this machine's clock says \(Certificate.moment(now))")
        case 62, 64: lines.append("it is for \(certificate?.audience ?? "others"); dialled was \(dialled.host)")
        case 66, 67, 68:
            if let certificate {
                lines.append(
                    "\(certificate.keyType) with \(certificate.keyBits) bits, signed with \(certificate.signature)"
                )
            }
        case 2, 7, 18, 19, 20, 21, 27, 28: lines += aboutTrust
        default: break
        }
        if let sent = failure.sent { lines.append("we told the parent: \(sent)") }
        return lines
    }

    /// Which files were consulted, and what is in them.
    private var aboutTrust: [String] {
        var lines: [String] = []
        if found.number == 18 || found.number == 19, let certificate {
            lines.append("its fingerprint is \(certificate.fingerprint) (SHA-256)")
        } else if let certificate {
            let wasSent = failure.chain.contains { $0.subject == certificate.issuer }
            let isHere = sameName != nil
            lines.append(
                "its issuer is \(certificate.issuer): \(wasSent ? "sent" : "not sent") by the parent"
                    + (isHere ? "" : ", and not found here")
            )
        }
        lines += trust.sources.map { source in
            guard source.isDirectory, source.count > 0, let certificate, !certificate.issuerHash.isEmpty else {
                return "\(source)"
            }
            return "\(source); none is called \(certificate.issuerHash).0"
        }
        if let impostor = sameName {
            lines.append("an authority of this name is there, with another key: \(impostor.fingerprint) (SHA-256)")
        }
        return lines
    }

    /// One that is called as the issuer is, and is not it.
    private var sameName: Certificate? {
        guard let certificate, !certificate.isSelfSigned else { return nil }
        return trust.certificates(called: certificate.issuer).first
    }

    // MARK: Ways out

    private func fixes(_ condition: Condition) -> [String] {
        var fixes: [String]
        switch found.number {
        case 18: fixes = copyOfParent
        case 19: fixes = authority
        case 2, 7, 20, 21:
            fixes = rehash + (mayLackIntermediate ? Self.fullChain + authority : authority + Self.fullChain)
        case 9:
            fixes =
                Self.clock + [
                    "if the clock is right: make the parent's certificate anew, and reload it there: kill -HUP $(pidof ndstream)"
                ]
        case 10: fixes = renewal + Self.clock
        case 62, 64: fixes = rightName
        default: fixes = condition.waysOut(values).filter { !$0.hasPrefix("last resort") }
        }
        // Who has revoked a certificate has a reason.
        if found.number != 23 { fixes.append(Self.skip) }
        return fixes
    }

    private static let skip =
        "last resort (no protection against an impostor): [stream] ssl skip certificate verification = yes"

    private static let fullChain = [
        "on the parent, where an intermediate authority signed it: cat server.pem intermediate.pem > fullchain.pem; "
            + "[web] ssl certificate = fullchain.pem"
    ]

    /// With more than its own certificate the parent has most probably sent what it has to.
    private var mayLackIntermediate: Bool { failure.chain.count == 1 && sameName == nil }

    private static let compare = "openssl x509 -noout -subject -fingerprint -sha256 -in"

    /// The directory has it, but under no name that is looked for.
    private var rehash: [String] {
        guard let certificate,
            let match = trust.unhashed.first(where: { $0.certificate.subject == certificate.issuer })
        else { return [] }
        let directory = match.path.split(separator: "/").dropLast().joined(separator: "/")
        return ["on the child: openssl rehash /\(directory) (\(match.path) is the issuer's, but has no hashed name)"]
    }

    /// `CAfile` as it is configured.
    private var caFile: TrustReport.Source? { trust.sources.first { $0.option == "CAfile" } }

    private var authority: [String] {
        let issuer = found.number == 19 ? certificate?.subject : certificate?.issuer
        let name = fileName(Certificate.commonName(of: issuer ?? "ca"))
        let path = caFile?.path ?? "/etc/netdata/ssl/\(name).pem"
        // What is trusted already stays.
        let verb = caFile.map { $0.count > 0 } == true ? "add" : "put"
        let what = "\(verb) the certificate of \"\(issuer ?? "its issuer")\" \(verb == "add" ? "to" : "into") \(path)"
        let proof =
            if found.number == 19, let certificate {
                "its fingerprint must be \(certificate.fingerprint): ask the owner of \(dialled.host)"
            } else {
                "ask the owner of \(dialled.host) for it, and compare: \(Self.compare) \(name).pem"
            }
        let line = "on the child: \(what); [stream] CAfile = \(path) (\(proof))"
        return isMadeBySystem ? [debian(name), line] : [line, debian(name)]
    }

    /// Files there are links that `update-ca-certificates` makes.
    private var isMadeBySystem: Bool {
        caFile.map { $0.state == .missing && $0.path.hasPrefix("/etc/ssl/certs/") } == true
    }

    private var copyOfParent: [String] {
        let known = isMadeBySystem ? caFile.map { String($0.path.split(separator: "/").last ?? "parent.pem") } : nil
        let name = fileName(known.map { $0.hasSuffix(".pem") ? String($0.dropLast(4)) : $0 } ?? dialled.host)
        let path = isMadeBySystem ? "\(name).pem" : caFile?.path ?? "/etc/netdata/ssl/\(name).pem"
        let arrow = caFile.map { $0.count > 0 } == true ? ">>" : ">"
        let fetch = "openssl s_client -connect \(dialled.socket) </dev/null 2>/dev/null | openssl x509 \(arrow) \(path)"
        let proof =
            "its fingerprint must be \(certificate?.fingerprint ?? ""), as on the parent: \(Self.compare) cert.pem"
        if isMadeBySystem { return ["on the child: \(fetch) (\(proof))"] + rehashOwn + [debian(name)] }
        return ["on the child: \(fetch); [stream] CAfile = \(path) (\(proof))"] + rehashOwn + [debian(name)]
    }

    private var rehashOwn: [String] {
        guard let certificate,
            let match = trust.unhashed.first(where: { $0.certificate.fingerprint == certificate.fingerprint })
        else { return [] }
        let directory = match.path.split(separator: "/").dropLast().joined(separator: "/")
        return ["on the child: openssl rehash /\(directory) (\(match.path) is the certificate, but has no hashed name)"]
    }

    /// The documented way to trust one certificate in the whole system.
    private func debian(_ name: String) -> String {
        let directory = "/usr/share/ca-certificates/netdata"
        return
            "for the whole system (Debian), as root: mkdir -p \(directory); cp \(name).pem \(directory)/\(name).crt; "
            + "echo netdata/\(name).crt >> /etc/ca-certificates.conf; update-ca-certificates; "
            + "[stream] CApath = /etc/ssl/certs/, CAfile = /etc/ssl/certs/\(name).pem"
    }

    private static let clock = ["if this machine's clock is wrong: timedatectl set-ntp true"]

    private var renewal: [String] {
        let what = found.depth == 0 ? "the certificate" : "the certificate of the authority"
        let names = found.depth == 0 ? ", for \(certificate?.audience ?? "the same names")" : ""
        return [
            "on the parent: renew \(what) \"\(certificate?.subject ?? "")\"\(names), put it in place of the old one, "
                + "kill -HUP $(pidof ndstream)"
        ]
    }

    private var rightName: [String] {
        let names = (certificate?.dnsNames ?? []) + (certificate?.addresses ?? [])
        var fixes = names.filter(Dialled.canBeDialled).prefix(1).map {
            "on the child: [stream] destination = \(dialled.with(host: $0))"
        }
        let kind = dialled.isAddress ? "IP" : "DNS"
        let present =
            (certificate?.dnsNames ?? []).map { "DNS:\($0)" } + (certificate?.addresses ?? []).map { "IP:\($0)" }
        let wanted = (present + ["\(kind):\(dialled.host)"]).joined(separator: ",")
        fixes.append("on the parent: make the certificate anew with subjectAltName = \(wanted)")
        fixes.append(
            "where you name whom to trust by CAfile or CApath: [stream] ssl verify hostname = no "
                + "(every certificate of that authority is then taken for the parent's)"
        )
        return fixes
    }

    /// What a peer calls itself, as a part of a command that is copied: letters, digits and hyphens.
    private func fileName(_ text: String) -> String {
        let name = text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || "._".contains($0)) ? $0 : "-" }
        let trimmed = String(name.prefix(48)).split(separator: "-").joined(separator: "-")
        return trimmed.isEmpty || trimmed.hasPrefix(".") ? "parent" : trimmed
    }
}
