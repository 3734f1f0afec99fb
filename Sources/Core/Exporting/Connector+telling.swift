import Basics
import Config
import Diagnostics
import Transport

/// What a connector has to say in the log.
extension Connector {
    func report(_ condition: Condition, _ values: [String: String]) {
        reporter.report(condition, values, of: settings.name, clock)
    }

    /// - Parameter destination: where the connection led to.
    func report(_ failure: LinkFailure, _ destination: Destination?) {
        let to = destination?.description ?? settings.destinationText
        switch failure {
        case .unreachable(let reason):
            report(.exportingCannotConnect, ["destination": settings.destinationText, "reason": reason])
        case .notEncrypted(let destination, let failure): report(failure, at: destination)
        case .trust(let error): report(.exportingTrustUnusable, ["file": error.path, "reason": error.reason])
        case .writeFailed(let asked, let written, let reason):
            report(
                .exportingWriteFailed,
                ["destination": to, "asked": String(asked), "written": String(written), "reason": reason]
            )
        case .noAnswer(let reason): report(.exportingNoAnswer, ["destination": to, "reason": reason])
        case .noHTTP(let reason): report(.exportingNoHTTP, ["destination": to, "reason": reason])
        case .answered(let reply):
            let values = ["destination": to, "status": String(reply.status), "words": reply.words]
            report(.exportingUnavailable, values)
        }
    }

    /// Says which of the catalogue's conditions of TLS it is: `tail --explain` has the rest.
    private func report(_ failure: TLSFailure, at destination: Destination) {
        let found = TLSDiagnosis(
            failure,
            dialling: destination.description,
            trusting: TLSTrust(settings.encryption),
            now: clock.now() / microsecondsPerSecond
        )
        let words = [failure.kind.description] + found.evidence
        report(
            .exportingNotEncrypted,
            [
                "destination": destination.description, "code": found.condition.code,
                "reason": words.joined(separator: "; "),
            ]
        )
    }
}

extension Reporter {
    /// - Parameter name: the connector's.
    func report(_ condition: Condition, _ values: [String: String], of name: String, _ clock: any Clock) {
        let values = values.merging(["name": name]) { own, _ in own }
        report(Event(condition, at: clock.now(), thread: "EXPORTING[\(name)]", values: values))
    }
}
