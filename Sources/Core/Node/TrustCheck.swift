public import Config
import Diagnostics
import Transport

extension Configuration {
    /// What is wrong with `CAfile` and `CApath`, of `[stream]` and of the connectors of exporting.conf, where there is a
    /// destination that is encrypted: looks at the files.
    public func trustFindings() -> [Finding] { streamTrustFindings() + exportingTrustFindings() }

    private func streamTrustFindings() -> [Finding] {
        let proxied = peers.compactMap(\.proxyDestination).flatMap {
            Destination.list($0.value, defaultPort: stream.defaultPort).destinations
        }
        guard (stream.destinations + proxied).contains(where: \.tls), !stream.skipsCertificateVerification else {
            return []
        }
        return Self.findings(TLSTrust(stream)) { option, reason, values in
            Finding(
                .configTrustUnusable,
                at: settings.origin("stream", option),
                values.merging(["reason": reason]) { $1 }
            )
        } at: {
            settings.origin("stream", $0)
        }
    }

    private func exportingTrustFindings() -> [Finding] {
        var findings: [Finding] = []
        for connector in exporting.connectors where connector.destinations.contains(where: \.tls) {
            let encryption = connector.encryption
            guard !encryption.skipsCertificateVerification else { continue }
            let trust = TLSTrust(file: encryption.certificateFile, directory: encryption.certificateDirectory)
            let new = Self.findings(trust) { option, reason, values in
                Finding(
                    .exportingTrustUnusable,
                    at: exportingOrigin(of: option, connector: connector.name),
                    ["name": connector.name, "file": values["value"] ?? "", "reason": reason]
                )
            } at: {
                exportingOrigin(of: $0, connector: connector.name)
            }
            // A file that many connectors believe is wrong once.
            findings += new.filter { !findings.contains($0) }
        }
        return findings
    }

    /// - Parameters:
    ///   - unusable: what to say of a source that is there and no good.
    ///   - origin: the line of an option.
    private static func findings(
        _ trust: TLSTrust,
        unusable: (_ option: String, _ reason: String, _ values: [String: String]) -> Finding,
        at origin: (String) -> Origin
    ) -> [Finding] {
        let others =
            trust.usesSystemStore ? "the system's certificates are trusted" : "the other of the two counts alone"
        return TrustReport(trust).sources.compactMap { source in
            guard ["CAfile", "CApath"].contains(source.option) else { return nil }
            var values = ["name": source.option, "value": source.path]
            switch source.state {
            case .missing:
                values["instead"] = others
                return Finding(.configTrustMissing, at: origin(source.option), values)
            case .unreadable(let reason): return unusable(source.option, reason, values)
            case .holds(0) where source.isDirectory:
                return Finding(.configTrustNotHashed, at: origin(source.option), values)
            case .holds(0): return unusable(source.option, "there is no certificate in it", values)
            case .holds: return nil
            }
        }
    }
}
