import Basics
import Config
import Diagnostics
import Status
import Synchronization
import Transport
import Wire

/// What a sender says of connections with TLS (streaming protocol §14): the original's lines, then what is known.
extension Sender {
    // MARK: Connections that cannot be encrypted

    /// Nothing of the request has gone out: the key stays here.
    func notEncrypted(_ failure: DialFailure, _ destination: Destination) {
        if let error = failure.material {
            let reason = Reason(condition: .trustUnusable, values: ["file": error.path, "reason": error.reason])
            return refused(.certificateNotValid, because: reason)
        }
        guard let tls = failure.tls else { return }
        let reason = reason(tls, destination)
        guard case .certificate(let found) = tls.kind else {
            let words = ["reason": words(tls.kind)]
            return refused(.notEncrypted, words, because: reason, isWordless: tls.kind == .closed)
        }
        report(.certificateCheckFailed, ["number": String(found.number), "message": found.text])
        refused(.certificateNotValid, because: reason)
        // Said once: it does not change from one try to the next.
        guard encryption.isNews("\(destination) ways \(reason.condition.code) \(found.certificate?.fingerprint ?? "")")
        else {
            return
        }
        for way in reason.fix { report(.wayOut, ["code": reason.condition.code, "way": way]) }
    }

    /// Only a certificate's failure has ways out of its own; all others have those of the catalogue.
    private func reason(_ failure: TLSFailure, _ destination: Destination) -> Reason {
        let now = clock.now() / microsecondsPerSecond
        let found = TLSDiagnosis(
            failure,
            dialling: destination.description,
            trusting: settings.trust,
            system: encryption.system,
            now: now
        )
        let isOfCertificate = if case .certificate = failure.kind { true } else { false }
        return Reason(
            condition: found.condition,
            values: found.values,
            evidence: found.evidence.isEmpty ? nil : found.evidence.joined(separator: "; "),
            fix: isOfCertificate ? found.fixes : []
        )
    }

    /// What stands where the original has its library's words.
    private func words(_ kind: TLSFailure.Kind) -> String {
        switch kind {
        case .certificate(let found): found.text
        case .alert(let alert): "alert \(alert)"
        case .notTLS: "wrong version number"
        case .closed: "unexpected eof while reading"
        case .timedOut: "no answer within \(settings.timeoutSeconds) seconds"
        case .protocolError(let text): text
        }
    }

    // MARK: Connections that are encrypted

    /// Shows how, and says what was let pass: once for each destination, however many senders go there.
    func look(at tls: TLSFacts?, of destination: Destination?) {
        guard let tls, let destination else { return facts.withLock { $0.encrypted(nil) } }
        let warnings = warnings(tls, destination)
        var shown = StatusDocument.TLS(tls)
        shown.warnings = warnings.map { warning in
            let event = event(warning.condition, warning.values)
            if encryption.isNews("\(destination) \(event.condition.code) \(tls.certificate?.fingerprint ?? "")") {
                reporter.report(event)
            }
            return .init(code: event.condition.code, text: event.text)
        }
        facts.withLock { $0.encrypted(shown) }
    }

    private func warnings(_ tls: TLSFacts, _ destination: Destination) -> [Reason] {
        var warnings: [Reason] = []
        if let found = tls.notes.first(where: { !$0.isAboutName }) {
            let values = [
                "number": String(found.number), "message": found.text, "subject": found.certificate?.subject ?? "",
            ]
            warnings.append(Reason(condition: .certificateNotChecked, values: values))
        }
        // An earlier session that was taken up again comes without a chain.
        let chain = tls.chain.isEmpty ? [tls.certificate].compactMap { $0 } : tls.chain
        let notes = settings.warnsOfNames ? tls.notes : []
        let now = clock.now() / microsecondsPerSecond
        for warning in CertificateWarning.all(of: chain, notes: notes, dialled: destination.host, now: now) {
            let found = TLSDiagnosis(warning, of: destination.description, now: now)
            warnings.append(Reason(condition: found.condition, values: found.values))
        }
        return warnings
    }

    /// A stream that TLS has ended.
    /// - Returns: the code of why; `nil` where the original's line says it all.
    func tellBroken(_ failure: TLSFailure, _ destination: Destination) -> String? {
        guard failure.kind != .closed else {
            report(.endedWithoutGoodbye)
            return nil
        }
        let reason = reason(failure, destination)
        fail(.encryptionBroken, ["reason": words(failure.kind)], evidence: reason.evidence)
        return Condition.encryptionBroken.code
    }
}

extension StatusDocument.TLS {
    /// What both sides have agreed on, and what the other side has shown.
    init(_ facts: TLSFacts) {
        self.init(version: facts.version)
        cipher = facts.cipher
        verified = facts.isVerified
        subject = facts.certificate?.subject
        notAfterAt = facts.certificate.map { Double($0.notAfter) }
    }
}
