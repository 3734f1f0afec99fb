internal import Config
internal import Transport

/// What a parent offers, line by line.
extension Judgement {
    func facts() -> [Fact] {
        guard isReached else { return [reach] }
        var facts = [reach, plaintext]
        guard let handshake = offer.handshake else { return facts }
        guard let session = handshake.facts else {
            facts.append(Fact(hasTLS || destination.tls ? .fail : .none, "tls", failed(handshake)))
            return facts
        }
        let speed = handshake.milliseconds > 0 ? ", \(handshake.milliseconds) ms" : ""
        facts.append(Fact(.ok, "tls", "\(session.version), \(session.cipher)\(speed)"))
        if let answer = offer.encrypted {
            facts.append(Fact(answer.kind == .node ? .ok : .fail, "over tls", answer.words))
        }
        return facts + certificates(session) + trustFacts
    }

    var trustFacts: [Fact] {
        guard destination.tls, !trustSources.isEmpty else { return [] }
        let isThere = trustSources.contains { $0.count > 0 }
        return [Fact(isThere ? .ok : .warn, "trust", lines: trustSources.map(\.description))]
    }

    private var reach: Fact {
        let failures = offer.attempts.filter { $0.failure != nil }.map { "\($0.address): \($0.failure ?? "")" }
        switch offer.reach {
        case .unknownHost(let reason): return Fact(.fail, "name", "\(destination.host): \(reason)")
        case .unreachable: return Fact(.fail, "tcp", lines: failures)
        case .connected(let milliseconds):
            let address = offer.attempts.last?.address ?? destination.description
            let time = milliseconds > 0 ? "\(milliseconds) ms" : "less than 1 ms"
            let others = offer.otherAddresses.isEmpty ? [] : ["also " + offer.otherAddresses.joined(separator: ", ")]
            return Fact(.ok, "tcp", lines: ["\(address) in \(time)"] + failures + others)
        }
    }

    private var plaintext: Fact {
        guard let answer = offer.plain else { return Fact(.none, "plaintext", "not asked") }
        let meaning =
            switch hasTLS ? mode : .unknown {
            case .known(.force): "the port takes no plain connections"
            case .known(.optional): "the port is ^SSL=optional"
            case .known(.standard): "the port has no ^SSL directive"
            case .standardOrForce: "the port is ^SSL=force or has no directive"
            case .unknown: ""
            }
        let mark: Mark = answer.kind == .node || isNode && hasTLS ? .ok : hasTLS ? .none : .fail
        return Fact(mark, "plaintext", lines: [answer.words] + (meaning.isEmpty ? [] : [meaning]))
    }

    private func failed(_ handshake: Handshake) -> String {
        switch handshake.failure?.kind {
        case .notTLS: "none: the answer to a handshake is no TLS"
        case .closed: "none: a handshake is closed without an answer"
        case .timedOut: "none: a handshake gets no answer"
        default: handshake.failure?.words ?? ""
        }
    }

    // MARK: Certificates

    private func certificates(_ session: TLSFacts) -> [Fact] {
        let chain = session.chain.isEmpty ? [session.certificate].compactMap { $0 } : session.chain
        let aboutChain = session.notes.filter { !$0.isAboutName }
        var lines: [String] = []
        for (depth, certificate) in chain.enumerated() { lines += self.lines(certificate, depth) }
        if let note = aboutChain.first { lines.append("\(note.text) (\(note.number)), at depth \(note.depth)") }
        let worst: Mark =
            aboutChain.isEmpty
            ? .ok : !destination.tls ? .none : child.isSkipping || child.isSupposed ? .warn : .fail
        var facts = [Fact(worst, "chain", lines: lines)]
        if let own = chain.first { facts.append(name(own, session)) }
        return facts
    }

    private func lines(_ certificate: Certificate, _ depth: Int) -> [String] {
        var lines = ["\(depth) \(certificate.subject)"]
        if depth == 0, !certificate.names.isEmpty {
            lines.append("  for " + certificate.names.joined(separator: ", "))
        }
        lines.append("  \(day(certificate.notBefore)) to \(day(certificate.notAfter)), \(remaining(certificate))")
        lines.append(certificate.isSelfSigned ? "  signed by itself" : "  issued by \(certificate.issuer)")
        return lines
    }

    private func remaining(_ certificate: Certificate) -> String {
        if now < certificate.notBefore { return "not valid yet" }
        let days = (certificate.notAfter - now) / 86_400
        return now > certificate.notAfter ? "expired" : days == 1 ? "1 day left" : "\(days) days left"
    }

    private func name(_ own: Certificate, _ session: TLSFacts) -> Fact {
        let names = own.names.isEmpty ? own.subject : own.names.joined(separator: ", ")
        guard session.notes.contains(where: \.isAboutName) else {
            return Fact(.ok, "name", "\(child.name) is one of its names", Self.namesNote)
        }
        let isFatal = child.isNameNeeded && destination.tls && !child.isSkipping
        return Fact(
            isFatal ? .fail : .warn,
            "name",
            "you dial \(child.name), it is for \(names)",
            Self.namesNote
        )
    }

    static let namesNote = "(Netdata never checks names; ndstream: ssl verify hostname)"
}
