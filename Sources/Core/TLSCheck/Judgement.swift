internal import Config
internal import Diagnostics
public import Transport

/// What an offer means for each row of the table, and for one child.
///
/// Everything was asked before; only whom the child believes is looked up, to say what is missing there.
public struct Judgement {
    let offer: Offer
    let child: Child
    /// Seconds since 1970.
    let now: Int64
    /// Where this machine keeps its authorities.
    let system: SystemTrust
    /// What everything follows from where nothing was seen: the lines of the files.
    var basis: [String]?
    /// The handshake as it goes for a child that verifies.
    let verified: Handshake?
    /// What its failure means; reading what a child trusts takes its time, so it is done once.
    let verifiedDiagnosis: TLSDiagnosis?
    /// The same of the handshake without verification.
    let diagnosis: TLSDiagnosis?
    /// The files and directories that the child names, and what is there.
    let trustSources: [TrustReport.Source]

    /// - Parameters:
    ///   - system: where this machine keeps its authorities.
    ///   - now: seconds since 1970.
    public init(_ offer: Offer, _ child: Child, system: SystemTrust = .current(), now: Int64) {
        self.offer = offer
        self.child = child
        self.now = now
        self.system = system
        func explained(_ handshake: Handshake?) -> TLSDiagnosis? {
            handshake?.failure.map {
                TLSDiagnosis(
                    $0,
                    dialling: child.destination.description,
                    trusting: child.trust,
                    system: system,
                    now: now
                )
            }
        }
        verified = offer.verifiedHandshake ?? offer.handshake?.verified(needingName: child.isNameNeeded)
        diagnosis = explained(offer.handshake)
        verifiedDiagnosis = explained(verified)
        trustSources =
            child.file == nil && child.directory == nil
            ? [] : TrustReport(child.trust, system: system).sources.filter { $0.option.hasPrefix("CA") }
    }

    /// What the port says of plain clients, as far as it can be seen.
    enum Mode: Equatable {
        case known(BindAddress.Encryption)
        /// It sends web requests to https; that is the same with `^SSL=force` and without a directive.
        case standardOrForce
        case unknown
    }

    var destination: Destination { child.destination }
    var isReached: Bool { if case .connected = offer.reach { true } else { false } }
    var hasTLS: Bool { offer.handshake?.isTLS == true }

    /// Whether a Netdata is there, on whichever side of TLS.
    var isNode: Bool {
        if offer.plainStream?.isFromParent == true || offer.encryptedStream?.isFromParent == true { return true }
        if offer.encrypted?.kind == .node { return true }
        return offer.plain?.kind == .node || !hasTLS && offer.plain?.kind == .wantsTLS
            || offer.plain?.kind == .wantsTLS && offer.encrypted == nil
    }

    var isSilent: Bool { offer.plain?.kind == .silent && !hasTLS }

    var mode: Mode {
        guard hasTLS else { return .known(.standard) }
        switch offer.plainStream?.meaning {
        case .http, .other: return .known(.force)
        case .accepted, .refused, .closed: return .known(offer.plain?.kind == .node ? .optional : .standard)
        case .silent, nil: break
        }
        switch offer.plain?.kind {
        case .node: return .known(.optional)
        case .wantsTLS: return .standardOrForce
        // Not the words of a parent, but what comes of it is the same.
        case .tls, .web, .closed: return .known(.force)
        case .other, .silent, nil: return .unknown
        }
    }

    /// What calls itself a Netdata with a version that is known for giving plain children no answer.
    var hasDefect: Bool {
        let answers = [offer.plain, offer.encrypted].compactMap { $0 }
        return hasTLS && answers.contains(where: \.hasPlainDefect) && !answers.contains(where: \.isOurs)
    }

    var server: String {
        [offer.encrypted, offer.plain].compactMap { $0?.shortServer }.first ?? "the parent"
    }

    // MARK: The whole

    public func report(title: String) -> Report {
        var report = Report(title, at: now)
        var port = PortReport(destination.description, facts: facts(), offer: offer)
        port.verdicts = Row.all.map(verdict)
        port.places = [place]
        report.problems = problems(port)
        report.ports = [port]
        switch offer.reach {
        case .unknownHost: report.obstacle = .unknownHost
        case .unreachable: report.obstacle = .unreachable
        case .connected: break
        }
        return report
    }

    // MARK: Rows

    func verdict(_ row: Row) -> Verdict {
        guard isReached else { return Verdict(row, .none, "nobody answers") }
        if isSilent { return Verdict(row, .none, "nothing is said") }
        switch row.number {
        case 1: return first(row)
        case 2: return second(row)
        case 3: return third(row)
        default: return encrypted(row)
        }
    }

    private func first(_ row: Row) -> Verdict {
        if hasTLS { return Verdict(row, .none, "the parent has TLS") }
        return plain(row)
    }

    private func second(_ row: Row) -> Verdict {
        guard isNode else { return Verdict(row, .none, "no Netdata") }
        guard hasTLS else { return Verdict(row, .none, "the parent has no TLS") }
        switch mode {
        case .known(.force):
            let how = offer.plainStream?.words ?? offer.plain?.words ?? ""
            return Verdict(row, .ok, "rejected: \(how)", evidence: plainEvidence)
        case .known: return Verdict(row, .none, "the port is not force")
        case .standardOrForce, .unknown: return Verdict(row, .none, "only --key can tell")
        }
    }

    private func third(_ row: Row) -> Verdict {
        guard isNode else { return Verdict(row, .none, "no Netdata") }
        guard hasTLS else { return Verdict(row, .none, "the parent has no TLS") }
        switch mode {
        case .known(.force): return Verdict(row, .none, "the port is force")
        case .known where offer.plainStream == nil && offer.plain?.status == 403:
            return Verdict(row, .none, "only --key can tell")
        case .known: return plain(row)
        case .standardOrForce, .unknown: return Verdict(row, .none, "only --key can tell")
        }
    }

    /// A row whose stream is not encrypted.
    private func plain(_ row: Row) -> Verdict {
        if let stream = offer.plainStream {
            switch stream.meaning {
            case .accepted, .refused: return Verdict(row, .ok, "unencrypted, \(stream.words)", evidence: plainEvidence)
            case .closed where hasDefect:
                return Verdict(row, .fail, "closed silently", evidence: plainEvidence, code: Condition.plainDefect.code)
            default: return Verdict(row, .fail, stream.words, evidence: plainEvidence)
            }
        }
        guard isNode else {
            return Verdict(
                row,
                .fail,
                offer.plain?.words ?? "no answer",
                evidence: plainEvidence,
                code: Condition.noNetdata.code
            )
        }
        guard !hasDefect else {
            return Verdict(
                row,
                child.destination.tls ? .warn : .fail,
                "not tried; \(server) closes silently",
                evidence: plainEvidence,
                code: Condition.plainDefect.code
            )
        }
        return Verdict(row, .ok, "unencrypted", evidence: plainEvidence)
    }

    private func encrypted(_ row: Row) -> Verdict {
        guard hasTLS, let handshake = row.childSkips ? offer.handshake : verified else {
            return Verdict(row, .none, isNode ? "the parent has no TLS" : "no Netdata")
        }
        if let failure = handshake.failure {
            let code = (row.childSkips ? diagnosis : verifiedDiagnosis)?.condition.code
            if case .certificate(let reason) = failure.kind {
                let observed = "refused by us: X509 \(reason.number)"
                return Verdict(
                    row,
                    .ok,
                    observed,
                    evidence: ["\(reason.name) (\(reason.number)): \(reason.text)"],
                    code: code
                )
            }
            return Verdict(row, .fail, failure.words, code: code)
        }
        let version = handshake.facts.map { "encrypted, \($0.version)" } ?? ""
        let evidence = [
            handshake.facts.map { "\($0.version), \($0.cipher)" }, offer.encrypted.map { "over it: \($0.words)" },
        ]
        .compactMap { $0 }
        if let stream = offer.encryptedStream {
            let isParent = stream.isFromParent
            return Verdict(
                row,
                isParent ? .ok : .fail,
                "\(version), \(stream.words)",
                evidence: evidence,
                code: isParent ? nil : Condition.encryptedStreamUnanswered.code
            )
        }
        guard isNode else {
            let words = offer.encrypted?.words ?? "no answer"
            return Verdict(row, .fail, "\(version); \(words)", evidence: evidence, code: Condition.noNetdata.code)
        }
        return Verdict(row, .ok, version, evidence: evidence)
    }

    private var plainEvidence: [String] {
        if let basis { return basis }
        let page = offer.plain.map { answer in
            "GET /api/v1/info: \(answer.status.map { "HTTP \($0), " } ?? "")\(answer.words)"
        }
        let stream = offer.plainStream.map { "STREAM: \($0.words)" }
        return [page, stream].compactMap { $0 }
    }

    // MARK: The child

    /// Which row the child is in.
    var row: Row? {
        guard isReached, !isSilent else { return nil }
        if destination.tls {
            guard hasTLS else { return nil }
            return Row.of(parentHasTLS: true, mode: .standard, childEncrypts: true, childSkips: child.isSkipping)
        }
        guard case .known(let mode) = mode else { return nil }
        return Row.of(parentHasTLS: hasTLS, mode: mode, childEncrypts: false, childSkips: false)
    }

    /// Whether it will get through; `nil` where that cannot be told.
    var connects: Bool? {
        guard isReached, !isSilent else { return false }
        guard let row else { return destination.tls || mode == .unknown ? false : nil }
        if row.number == 2 { return false }
        let verdict = verdict(row)
        guard verdict.mark == .ok else { return false }
        if row.number == 4, verified?.failure != nil { return false }
        let stream = destination.tls ? offer.encryptedStream : offer.plainStream
        return stream.map { $0.meaning == .accepted } ?? true
    }

    var place: Place {
        let sentence: String
        switch (row, connects) {
        case (let row?, true): sentence = "row \(row.number), and it connects"
        case (let row?, _): sentence = "row \(row.number), and it will NOT connect"
        case (nil, nil): sentence = "row 2 or 3: only --key can tell which"
        case (nil, _) where isNode && !isSilent && destination.tls:
            sentence = "in none of the rows: :SSL to a parent without TLS never connects"
        default: sentence = "in no row: it will NOT connect"
        }
        return Place(destination.description, row: row, connects: connects, sentence, sources: child.sources)
    }
}

extension TLSFailure {
    /// In a few words: for a cell of the table.
    var words: String {
        switch kind {
        case .certificate(let failure): "X509 \(failure.number)"
        case .alert(let alert): "alert \(alert.description)"
        case .notTLS: "no TLS"
        case .closed: "closed in the handshake"
        case .timedOut: "silent in the handshake"
        case .protocolError(let reason): reason
        }
    }
}
