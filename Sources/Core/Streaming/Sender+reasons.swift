import Config
import Diagnostics
import System
import Transport
import Wire

/// What a sender can say of a failure beyond the words that all children have for it.
extension Sender {
    /// The condition that stands beside the documented one.
    struct Reason: Equatable {
        var condition: Condition
        var values: [String: String] = [:]
        /// What shows it: the far end's first bytes.
        var evidence: String?
        /// What to do in this very case, where that is more than the condition's own words.
        var fix: [String] = []
    }

    // MARK: Answers

    /// Who answered in a parent's place, or how nobody did (streaming protocol §4.1).
    func reason(_ reply: Reply, _ heard: ReplyBuffer, _ end: StreamEnd?) -> Reason? {
        switch reply {
        case .noAccess: told(.parentForbidsStreams, heard)
        case .notUnderstood(.tls): told(.answeredByTLS, heard)
        case .notUnderstood(.http(let status, let server)):
            told(
                isNode(server) ? .answeredByNode : .answeredByHTTP,
                heard,
                ["server": server ?? "none", "status": status.map(String.init) ?? "none"]
            )
        case .notUnderstood(.ssh): told(.answeredByOther, heard, ["program": "an SSH server"])
        case .notUnderstood(.other) where Reply.resembles(heard.bytes):
            told(.answeredByOther, heard, ["program": "a parent, but cut or changed on its way"])
        case .notUnderstood(.other): told(.answeredByOther, heard, ["program": "no Netdata"])
        case .nothing:
            if let end {
                Reason(condition: .parentClosedSilently, values: ["manner": words(end.manner)])
            } else {
                Reason(condition: .parentSaidNothing, values: ["seconds": String(settings.timeoutSeconds)])
            }
        default: nil
        }
    }

    private func told(_ condition: Condition, _ heard: ReplyBuffer, _ values: [String: String] = [:]) -> Reason {
        let evidence = heard.evidence
        return Reason(
            condition: condition,
            values: values.merging(["evidence": evidence]) { $1 },
            evidence: evidence
        )
    }

    /// Whether a web server calls itself as parents do.
    private func isNode(_ server: String?) -> Bool {
        server.map { $0.hasPrefix("Netdata") || $0.hasPrefix("ndstream") } == true
    }

    private func words(_ manner: StreamEnd.Manner) -> String {
        switch manner {
        case .clean, .here: "closed"
        case .reset: "reset"
        case .vanished, .broken: "lost"
        }
    }

    // MARK: Connections that cannot be made

    /// Says it of every address, in the original's two lines (streaming protocol §4.2).
    /// - Returns: the code of what says most.
    func tell(_ failure: DialFailure) -> String {
        for other in failure.others { report(condition(other), values(other)) }
        report(.cannotConnect, after: condition(failure), values(failure))
        return condition(failure).code
    }

    private func report(_ last: Condition, after first: Condition, _ values: [String: String]) {
        fail(first, values)
        report(last)
    }

    private func condition(_ failure: DialFailure) -> Condition {
        switch failure.kind {
        case .unresolved: .cannotResolve
        case .unanswered: .resolverFailed
        case .refused: .connectRefused
        case .timedOut: .connectTimedOut
        case .unreachable: .connectUnreachable
        case .exhausted: .connectExhausted
        case .forbidden: .connectForbidden
        case .missing: .connectMissing
        case .encryption, .failed: .connectFailed
        }
    }

    private func values(_ failure: DialFailure) -> [String: String] {
        [
            "address": failure.host, "port": failure.port, "number": String(failure.number), "reason": failure.reason,
        ]
    }

    /// An interface that is not there limits nothing (streaming protocol §11).
    func tellInterface(of destination: Destination) {
        guard let interface = destination.interface, !NameResolver.hasInterface(interface) else { return }
        report(.unknownInterface, ["interface": interface])
    }

    // MARK: Ends of connections

    /// The original's words for an end (streaming protocol §11, "Other closings").
    /// - Parameters:
    ///   - sent: bytes that the connection took.
    ///   - farEnd: who kept what waited, when it was last looked at.
    func reason(_ end: StreamEnd, sent: Int, farEnd: FarEnd?) -> Reason {
        let bytes = ["bytes": String(sent)]
        switch end {
        case .endOfFile, .here: return Reason(condition: .connectionClosed)
        case .encryption(let failure) where failure.kind == .closed: return Reason(condition: .connectionClosed)
        // The errno that the original has for it is whatever came before.
        case .encryption: return Reason(condition: .readFailed, values: ["number": "0"])
        case .timedOut where farEnd == .doesNotRead:
            // The kernel's limit, as `checkProgress` has set it.
            let seconds = String(max(60, settings.timeoutSeconds))
            return Reason(
                condition: .sendTimeout,
                values: ["seconds": seconds, "bytes": String(sent), "attempts": String(sendAttempts)]
            )
        case .timedOut: return Reason(condition: .readFailed, values: ["number": "110"])
        case .failed(let number, let operation):
            let number = String(number)
            if operation.hasPrefix("write") { return Reason(condition: .connectionFailed, values: bytes) }
            guard operation.hasPrefix("connection reset") else {
                return Reason(condition: .readFailed, values: ["number": number])
            }
            let values = ["reason": "socket reports errors (POLLERR)"].merging(bytes) { $1 }
            return Reason(condition: .socketFailed, values: values)
        }
    }

    /// Which side kept the data waiting.
    func slowSide(_ farEnd: FarEnd?) -> Reason? {
        let (side, evidence): (String, String)
        switch farEnd {
        case .doesNotRead: (side, evidence) = ("the parent", "its machine answers, but it does not read")
        case .doesNotAnswer: (side, evidence) = ("the network", "what is sent is not acknowledged by the other side")
        case .isSlow:
            (side, evidence) = (
                "the network, or a parent that reads slowly", "it is taken, but slower than it is collected"
            )
        case nil: return nil
        }
        return Reason(condition: .slowSide, values: ["side": side, "evidence": evidence], evidence: evidence)
    }
}
