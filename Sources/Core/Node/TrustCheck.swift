public import Config
import Diagnostics
import Transport

extension Configuration {
    /// What is wrong with `[stream] CAfile` and `CApath`, where there is a destination with `:SSL`: looks at the files.
    public func trustFindings() -> [Finding] {
        let proxied = peers.compactMap(\.proxyDestination).flatMap {
            Destination.list($0.value, defaultPort: stream.defaultPort).destinations
        }
        guard (stream.destinations + proxied).contains(where: \.tls), !stream.skipsCertificateVerification else {
            return []
        }
        let trust = TLSTrust(stream)
        let others =
            trust.usesSystemStore ? "the system's certificates are trusted" : "the other of the two counts alone"
        return TrustReport(trust).sources.compactMap { source in
            guard ["CAfile", "CApath"].contains(source.option) else { return nil }
            let origin = settings.origin("stream", source.option)
            var values = ["name": source.option, "value": source.path]
            switch source.state {
            case .missing:
                values["instead"] = others
                return Finding(.configTrustMissing, at: origin, values)
            case .unreadable(let reason):
                values["reason"] = reason
                return Finding(.configTrustUnusable, at: origin, values)
            case .holds(0) where source.isDirectory: return Finding(.configTrustNotHashed, at: origin, values)
            case .holds(0):
                values["reason"] = "there is no certificate in it"
                return Finding(.configTrustUnusable, at: origin, values)
            case .holds: return nil
            }
        }
    }
}
