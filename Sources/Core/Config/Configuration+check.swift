import Basics
import Diagnostics

extension Configuration {
    /// What is wrong with the values, one by one and together.
    func check(_ limits: ConfigLimits) -> [Finding] {
        settings.checkValues(peers, limits) + checkDestinations() + checkAddresses() + checkTLSVersion() + checkStream()
            + checkKeys() + checkEncryptedStreams() + checkNode() + checkTiers() + checkForgotten()
    }

    // MARK: Lists of addresses

    private func checkDestinations() -> [Finding] {
        var lists = [(settings.value("stream", "destination"), stream.defaultPort)]
        lists += peers.map { ($0.proxyDestination, stream.defaultPort) }
        var findings: [Finding] = []
        for case (let list?, let port) in lists {
            let (destinations, problems) = Destination.list(list.value, defaultPort: port)
            findings += problems.map { $0.finding(at: list.origin) }
            var seen: Set<String> = []
            for destination in destinations where !seen.insert(destination.identity).inserted {
                findings.append(
                    Finding(.configDestinationTwice, at: list.origin, ["value": quoted(destination.description)])
                )
            }
        }
        return findings
    }

    private func checkAddresses() -> [Finding] {
        let origin = settings.origin("web", "bind to")
        let problems = BindAddress.list(settings.text("web", "bind to"), defaultPort: web.defaultPort).problems
        return problems.map { $0.finding(at: origin) }
    }

    private func checkTLSVersion() -> [Finding] {
        guard let version = settings.explicit("web", "tls version"), ["1.0", "1.1"].contains(web.tlsVersion) else {
            return []
        }
        return [Finding(.oldTLSVersion, at: version.origin, ["value": web.tlsVersion])]
    }

    // MARK: Things that belong together

    private func checkStream() -> [Finding] {
        if stream.isEnabled, !stream.isActive {
            var missing: [String] = []
            if stream.destinations.isEmpty { missing.append("[stream] destination = PARENT:19999") }
            if stream.apiKey == nil { missing.append("[stream] api key = KEY") }
            return [
                Finding(
                    .configStreamIncomplete,
                    at: settings.origin("stream", "enabled"),
                    suggestion: "set " + missing.joined(separator: " and ")
                )
            ]
        }
        if !stream.isEnabled, !stream.destinations.isEmpty, stream.apiKey != nil {
            return [Finding(.configStreamNotEnabled, at: settings.origin("stream", "destination"))]
        }
        if role == .agent, !stream.isEnabled, database.mode == .none {
            return [Finding(.configAgentWithoutParent, at: settings.origin("stream", "enabled"))]
        }
        return []
    }

    private func checkKeys() -> [Finding] {
        var findings: [Finding] = []
        let enabled = peers.filter { $0.kind == .key && $0.isEnabled?.value == true }
        if let first = enabled.first, !web.isEnabled {
            findings.append(Finding(.configKeysWithoutWeb, at: first.origin))
        }
        let keys =
            enabled.map { ($0.guid, $0.origin) }
            + (stream.apiKey.map { [($0, settings.origin("stream", "api key"))] } ?? [])
        for (key, origin) in keys where key == Self.exampleKey {
            findings.append(Finding(.configExampleKey, at: origin, ["section": key.description]))
        }
        if let key = stream.apiKey, let machine = peers.first(where: { $0.guid == key && $0.kind == .machine }) {
            let values = [
                "section": key.description, "where": "[stream] api key, and the machine of \(machine.origin)",
            ]
            findings.append(Finding(.configKeyIsMachine, at: settings.origin("stream", "api key"), values))
        }
        return findings
    }

    private func checkNode() -> [Finding] {
        let health = settings.value("health", "enabled")
        guard let health, health.origin != .builtIn, Values.boolean(health.value), database.mode == .none else {
            return []
        }
        return [Finding(.configHealthWithoutDatabase, at: health.origin)]
    }

    /// Said where it was asked for: at the tier's own line, else at the number of tiers.
    private func checkTiers() -> [Finding] {
        guard let (tier, points) = database.diskEngine.leftOut else { return [] }
        let own = settings.explicit("db", "dbengine tier \(tier) update every iterations")?.origin
        let values = ["tier": String(tier), "kept": String(tier - 1), "points": String(points)]
        return [Finding(.configTierTooCoarse, at: own ?? settings.origin("db", "storage tiers"), values)]
    }

    /// The key that the documentation of the original uses throughout.
    static let exampleKey = GUID("11111111-2222-3333-4444-555555555555")!
}

extension Destination {
    /// Two of the same are the same place.
    fileprivate var identity: String { "\(transport)|\(host)|\(interface ?? "")|\(port)" }
}

extension Destination.Problem {
    func finding(at origin: Origin) -> Finding {
        switch self {
        case .noHost(let item): Finding(.configNoHost, at: origin, ["value": quoted(item)])
        case .unreadable(let item, let reason):
            Finding(.configDestinationUnreadable, at: origin, ["value": quoted(item), "reason": reason])
        }
    }
}

extension BindAddress.Problem {
    fileprivate func finding(at origin: Origin) -> Finding {
        switch self {
        case .unreadable(let item, let reason):
            return Finding(.configAddressUnreadable, at: origin, ["value": quoted(item), "reason": reason])
        case .unknownRight(let word, let entry):
            let meant = nearest(to: word, among: Rights.words.map(\.word))
            return Finding(
                .configUnknownRight,
                at: origin,
                ["right": quoted(word), "value": quoted(entry)],
                suggestion: meant.map { "did you mean '\($0)'?" }
            )
        case .noRights(let entry): return Finding(.configNoRights, at: origin, ["value": quoted(entry)])
        case .encryptionWithoutRights(let entry):
            return Finding(.configEncryptionWithoutRights, at: origin, ["value": quoted(entry)])
        case .unknownEncryption(let word, let entry):
            return Finding(.configUnknownEncryption, at: origin, ["word": quoted(word), "value": quoted(entry)])
        }
    }
}
