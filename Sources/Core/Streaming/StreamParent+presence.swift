import Basics
import Config
import Diagnostics
import Status
import Store
import Synchronization
import Transport
import Wire

// What follows from a child's coming: health, a second machine with its GUID, charts at another pace.

extension StreamParent {
    /// Remembers that somebody asked for the place of a connected host, and says so where it is another machine.
    func noteRival(_ admitted: Admitted, _ peer: Peer, _ owner: Receivers.Claim) {
        guard let host = hosts.host(guid: admitted.machine) else { return }
        let hostname = host.hostname
        let rival = admitted.request.hostname ?? ""
        let monotonic = clock.monotonic()
        var values = [
            "host": hostname, "owner": hostname, "guid": host.guid.description, "rival": rival, "ip": peer.address,
            "port": peer.port,
        ]
        let rivalry = host.status.withLock { facts in
            values["ownerip"] = facts.address ?? "UNKNOWN"
            values["ownerport"] = facts.port.map(String.init) ?? "UNKNOWN"
            let rivalry = facts.refusedRival(
                address: peer.address,
                port: peer.port,
                hostname: rival,
                isOtherName: rival != hostname,
                dataMonotonic: owner.lastReceived,
                monotonic: monotonic
            )
            if rivalry != .unclear {
                facts.add(
                    StatusDocument.Problem(
                        code: Condition.hostRival.code,
                        severity: Condition.hostRival.severity.rawValue,
                        text: Condition.hostRival.render(values),
                        fix: Condition.hostRival.fix(values).joined(separator: "\n")
                    )
                )
            }
            return rivalry
        }
        if rivalry == .begins { report(.hostRival, peer, values, machine: host.guid) }
    }

    /// Whether alarms of a host are looked at, as the status document has it, with what the log says of it
    /// (streaming protocol §12).
    func health(_ settings: ReceiverSettings, _ host: Host, _ peer: Peer) -> String {
        let thread = "STREAM_RECEIVER[\(host.hostname),\(peer)]"
        let values = ["host": host.hostname, "seconds": String(settings.postponeAlarmsSeconds)]
        if settings.healthNeedsDatabase {
            report(.healthNeedsDatabase, peer, values, thread: thread, machine: host.guid)
        }
        switch settings.health {
        case .no: return "off"
        case .yes, .auto:
            if settings.postponeAlarmsSeconds > 0 {
                report(.healthPostponed, peer, values, thread: thread, machine: host.guid)
            }
            return settings.health == .yes ? "on" : "auto-on"
        }
    }

    /// Whether the child says that it collects at another pace than it is kept at here ("stream charts wrong"). What it
    /// keeps itself, and for how long, no child says.
    func comparePace(_ request: StreamRequest, _ host: Host, _ peer: Peer, _ configuration: Configuration) {
        let condition = Condition.chartsDiffer
        let kept = host.settings.updateEvery
        let own = configuration.database.updateEvery
        guard let asked = request.updateEvery, asked != kept || asked != own else {
            return host.status.withLock { $0.removeProblem(condition.code) }
        }
        let isWrong = asked != kept
        tellPace(
            host,
            peer,
            child: asked,
            "the child collects every \(asked) s, "
                + (isWrong ? "and is expected here every \(kept) s" : "this parent itself every \(own) s"),
            isWrong: isWrong
        )
    }

    /// A chart says something else than its child's request did.
    func chartsDiffer(_ host: Host, _ peer: Peer, chart: String, pace: Int, kept: Int) {
        let code = Condition.chartsDiffer.code
        // What was said of the whole host is not said again of its charts.
        let isSaid = host.status.withLock { facts in
            facts.problems.contains { $0.code == code && $0.severity != Severity.info.rawValue }
        }
        guard !isSaid else { return }
        let difference = "chart '\(chart)' is collected every \(pace) s, and its host is kept here every \(kept) s"
        tellPace(host, peer, child: pace, difference, isWrong: true)
    }

    private func tellPace(_ host: Host, _ peer: Peer, child: Int, _ difference: String, isWrong: Bool) {
        let condition = Condition.chartsDiffer
        let values = [
            "host": host.hostname, "guid": host.guid.description, "child": String(child), "difference": difference,
        ]
        if isWrong {
            report(condition, peer, values, thread: "STREAM_RECEIVER[\(host.hostname),\(peer)]", machine: host.guid)
        }
        host.status.withLock {
            $0.add(
                StatusDocument.Problem(
                    code: condition.code,
                    severity: (isWrong ? condition.severity : .info).rawValue,
                    text: condition.render(values),
                    fix: condition.fix(values).joined(separator: "\n")
                )
            )
        }
    }
}
