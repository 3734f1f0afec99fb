internal import Config
internal import Diagnostics
internal import Glibc
internal import Transport

/// What is wrong, and what to do about it.
extension Judgement {
    func problems(_ port: PortReport) -> [Problem] {
        var problems: [Problem] = []
        if let own = ownProblem { problems.append(own) }
        if destination.tls, child.isSkipping, hasTLS {
            problems.append(Problem(.configSkipsVerification, "what row 5 does not protect from", values: values))
        }
        problems += certificateProblems + trustProblems
        for verdict in port.verdicts where verdict.mark == .fail || verdict.mark == .warn {
            guard verdict.row != row, verdict.code == Condition.plainDefect.code else { continue }
            problems.append(
                defect("why row \(verdict.row.number) fails", severity: verdict.mark == .fail ? .error : .warning)
            )
        }
        return problems
    }

    private var values: [String: String] {
        var plain = destination.description
        if destination.tls { plain = String(plain.dropLast(4)) }
        return [
            "destination": destination.description, "encrypted": plain + ":SSL", "plain": plain, "server": server,
            "seconds": String(offer.timeoutSeconds), "answer": (offer.encrypted ?? offer.plain)?.words ?? "silent",
            "host": "ndstream-check-tls", "address": destination.host, "port": destination.port,
        ]
    }

    /// Why the child does not get through.
    private var ownProblem: Problem? {
        let title = row.map { "why row \($0.number) fails for your child" } ?? "why your child will not connect"
        switch offer.reach {
        case .unknownHost(let reason): return unreached(.cannotResolve, reason, title)
        case .unreachable:
            return unreached(
                Self.condition(offer.attempts.last?.number ?? 0),
                offer.attempts.last?.failure ?? "",
                title
            )
        case .connected: break
        }
        if isSilent { return Problem(.farEndSilent, title, values: values) }
        guard connects != true else { return nil }
        guard hasTLS || isNode else { return destination.tls ? withoutTLS(title) : stranger(title) }
        guard let row else {
            if destination.tls { return withoutTLS(title) }
            return Problem(.portModeUnknown, "which row your child is in", values: values)
        }
        // What the certificate of a stranger is like is of no interest.
        if offer.encrypted != nil, !isNode { return stranger(title) }
        if destination.tls, let own = explained(isSkipping: row.childSkips, title) { return own }
        guard isNode else { return stranger(title) }
        if row.number == 2 {
            return Problem(.plainToForcedPort, title, values: values, evidence: verdict(row).evidence)
        }
        if verdict(row).code == Condition.plainDefect.code { return defect(title, severity: .error) }
        return refused(destination.tls ? offer.encryptedStream : offer.plainStream, title)
    }

    private func unreached(_ condition: Condition, _ reason: String, _ title: String) -> Problem {
        var values = values
        values["reason"] = reason
        values["number"] = String(offer.attempts.last?.number ?? 0)
        let evidence = offer.attempts.compactMap { attempt in attempt.failure.map { "\(attempt.address): \($0)" } }
        return Problem(condition, title, values: values, evidence: evidence)
    }

    private static func condition(_ number: Int32) -> Condition {
        switch number {
        case ECONNREFUSED: .connectRefused
        case ETIMEDOUT: .connectTimedOut
        case ENETUNREACH, EHOSTUNREACH: .connectUnreachable
        case ENOENT: .connectMissing
        default: .connectFailed
        }
    }

    private func stranger(_ title: String) -> Problem {
        Problem(.noNetdata, title, values: values)
    }

    private func withoutTLS(_ title: String) -> Problem {
        if let basis { return Problem(.encryptsToPlainParent, title, values: values, evidence: basis) }
        if !isNode, let own = explained(isSkipping: true, title) { return own }
        var values = values
        values["evidence"] = offer.plain?.words
        return Problem(.parentWithoutTLS, title, values: values)
    }

    private func defect(_ title: String, severity: Severity) -> Problem {
        let how =
            offer.plainStream == nil
            ? ["its version says so; it was not tried, as no --key was given"]
            : ["the request to stream was closed with no byte of answer"]
        return Problem(.plainDefect, title, values: values, severity: severity, evidence: how)
    }

    private func refused(_ stream: StreamAnswer?, _ title: String) -> Problem? {
        guard let stream else { return nil }
        var values = values
        values["answer"] = stream.words
        guard case .refused(let condition) = stream.meaning else {
            return Problem(.encryptedStreamUnanswered, title, values: values)
        }
        return Problem(condition, "what the parent says to the key", values: values)
    }

    // MARK: TLS

    /// - Parameter severity: less than an error where it is not what the child meets.
    private func explained(isSkipping: Bool, _ title: String, severity: Severity? = nil) -> Problem? {
        guard let diagnosis = isSkipping ? diagnosis : verifiedDiagnosis,
            let failure = (isSkipping ? offer.handshake : verified)?.failure
        else { return nil }
        var fixes = diagnosis.fixes
        var steps: [String] = []
        if case .certificate(let reason) = failure.kind, Self.isTrust(reason) {
            // The same in one line.
            fixes.removeAll { $0.hasPrefix("for the whole system") }
            steps = TrustedCertificate.steps
        }
        return Problem(
            diagnosis.condition,
            title,
            values: diagnosis.values,
            severity: severity,
            evidence: diagnosis.evidence,
            fixes: fixes,
            steps: steps
        )
    }

    /// What the child is to believe, and what is not there.
    private var trustProblems: [Problem] {
        guard destination.tls, !child.isSkipping else { return [] }
        return trustSources.compactMap { source in
            let values = [
                "name": source.option, "value": source.path,
                "instead": child.trust.usesSystemStore
                    ? "the system's certificates count instead" : "it counts for nothing",
            ]
            switch source.state {
            case .missing: return Problem(.configTrustMissing, "whom your child believes", values: values)
            case .holds(0) where source.isDirectory:
                return Problem(.configTrustNotHashed, "whom your child believes", values: values)
            case .holds, .unreadable: return nil
            }
        }
    }

    /// Whether nothing is wrong with the chain but that nobody here knows who signed it.
    private static func isTrust(_ failure: VerifyFailure) -> Bool { [2, 18, 19, 20, 21].contains(failure.number) }

    /// What a child that verifies would hear, and what is not wrong yet.
    private var certificateProblems: [Problem] {
        guard isNode else { return [] }
        var problems: [Problem] = []
        // A child that does not encrypt meets none of it, unless that is its way out.
        if case .certificate = verified?.failure?.kind, row?.number != 4, destination.tls || connects != true {
            let severity: Severity = destination.tls ? .warning : .info
            if var other = explained(isSkipping: false, "why row 4 would fail", severity: severity) {
                other.evidence.removeAll()
                other.fixes = Array(other.fixes.prefix(1))
                other.steps.removeAll()
                other.lastResort = nil
                problems.append(other)
            }
        }
        guard let facts = offer.handshake?.facts else { return problems }
        let chain = facts.chain.isEmpty ? [facts.certificate].compactMap { $0 } : facts.chain
        // A certificate that is over, or of others where that counts, is said already.
        let isNameFatal = child.isNameNeeded || verified?.failure != nil
        for warning in CertificateWarning.all(of: chain, notes: facts.notes, dialled: child.name, now: now) {
            if case .expires(let days) = warning.kind, days < 0 { continue }
            if case .nameDiffers = warning.kind, isNameFatal { continue }
            let diagnosis = TLSDiagnosis(warning, of: destination.description, now: now)
            problems.append(
                Problem(
                    diagnosis.condition,
                    "about the parent's certificate",
                    values: diagnosis.values,
                    evidence: diagnosis.evidence,
                    fixes: diagnosis.fixes
                )
            )
        }
        return problems
    }
}
