public import Config
import Diagnostics
import System
public import Transport

/// What this node's port is encrypted with: `[web] ssl key` and `ssl certificate` as they are on this machine now
/// (streaming protocol §14).
public struct ServerCertificate: Sendable {
    /// `nil`: nothing is encrypted.
    public let context: TLSContext?
    /// The node's own certificate, then those that are sent with it.
    let chain: [Certificate]
    /// Whether the configuration itself says that nothing is to be encrypted, rather than the files.
    let isSwitchedOff: Bool
    /// What is wrong with the files, or will be soon.
    public let findings: [Finding]

    private let path: String
    private let origin: Origin

    /// Reads them.
    /// - Parameter now: seconds since 1970.
    public init(_ configuration: Configuration, now: Int64) {
        let web = configuration.web
        let settings = configuration.settings
        path = web.tlsCertificate
        origin = settings.origin("web", "ssl certificate")
        let isNamed = !web.tlsKey.isEmpty && !web.tlsCertificate.isEmpty
        isSwitchedOff = !web.isEnabled || !isNamed
        guard web.isEnabled else {
            (context, chain, findings) = (nil, [], [])
            return
        }
        let missing = isNamed ? [web.tlsCertificate, web.tlsKey].filter { !Files.exists($0) } : []
        guard isNamed, missing.isEmpty else {
            context = nil
            chain = []
            findings = Self.missing(missing, configuration)
            return
        }
        do throws(TLSMaterialError) {
            let context = try TLSContext.server(
                certificate: web.tlsCertificate,
                key: web.tlsKey,
                highestVersion: web.tlsVersion,
                ciphers: web.tlsCiphers
            )
            self.context = context
            chain = context.ownChain
            findings = Self.outlook(chain, path, origin, now: now)
        } catch {
            context = nil
            chain = []
            findings = [Self.finding(error, configuration), Self.consequence(configuration)]
        }
    }

    /// What whoever verifies this certificate has against it, now or within ``CertificateWarning/expiryDays``.
    /// - Parameter now: seconds since 1970.
    func outlook(now: Int64) -> [Finding] { Self.outlook(chain, path, origin, now: now) }

    /// What the node says of it in its log.
    var values: [String: String] {
        [
            "path": path, "subject": chain.first?.subject ?? "",
            "date": chain.first.map { Self.date($0.notAfter) } ?? "",
        ]
    }
}

// MARK: What may be wrong

extension ServerCertificate {
    /// Whoever has asked for encryption hears that there is none; that the default files are not there is no news.
    private static func missing(_ missing: [String], _ configuration: Configuration) -> [Finding] {
        let settings = configuration.settings
        let named = ["ssl certificate", "ssl key"].compactMap { settings.explicit("web", $0) }
            .filter { !$0.value.isEmpty }
        let port = configuration.web.bindTo.first { $0.encryption != .standard }
        let files = [configuration.web.tlsCertificate, configuration.web.tlsKey].filter { !$0.isEmpty }
        let isHalfThere = !missing.isEmpty && missing.count < files.count
        guard !named.isEmpty || port != nil || isHalfThere else { return [] }
        let origin = named.first { missing.contains($0.value) }?.origin ?? named.first?.origin
        let values = ["missing": missing.isEmpty ? "ssl key" : missing.joined(separator: " ")]
        return [
            Finding(.encryptionNeedsFiles, at: origin ?? settings.origin("web", "bind to"), values),
            consequence(configuration),
        ]
    }

    /// What becomes of the ports while nothing can be encrypted.
    private static func consequence(_ configuration: Configuration) -> Finding {
        let forced = configuration.web.bindTo.filter { $0.encryption == .force }
        let names = forced.map { "'\($0)'" }.joined(separator: " and ")
        let rest = forced.count < configuration.web.bindTo.count ? ", everything else is plain" : ""
        let ports =
            forced.isEmpty
            ? "everything is plain" : "\(names) \(forced.count == 1 ? "serves" : "serve") nobody\(rest)"
        return Finding(.nothingIsEncrypted, at: configuration.settings.origin("web", "bind to"), ["ports": ports])
    }

    private static func finding(_ error: TLSMaterialError, _ configuration: Configuration) -> Finding {
        let settings = configuration.settings
        var values = ["path": error.path, "reason": error.reason]
        switch error.part {
        case .certificate, .trust:
            return Finding(.ownCertificateUnusable, at: settings.origin("web", "ssl certificate"), values)
        case .key:
            let condition = error.isLocked ? Condition.ownKeyLocked : .ownKeyUnusable
            return Finding(condition, at: settings.origin("web", "ssl key"), values)
        case .pair:
            values["certificate"] = configuration.web.tlsCertificate
            return Finding(.ownKeyMismatch, at: settings.origin("web", "ssl key"), values)
        case .ciphers:
            return Finding(.ciphersUnusable, at: settings.origin("web", "tls ciphers"), values)
        }
    }

    private static func outlook(
        _ chain: [Certificate],
        _ path: String,
        _ origin: Origin,
        now: Int64
    ) -> [Finding] {
        var findings: [Finding] = []
        if let own = chain.first, now < own.notBefore {
            findings.append(
                Finding(.ownCertificateNotYetValid, at: origin, ["path": path, "date": date(own.notBefore)])
            )
        }
        return findings
            + CertificateWarning.all(of: chain, now: now).map { warning in
                let diagnosis = TLSDiagnosis(warning, of: path, now: now)
                return Finding(diagnosis.condition, at: origin, diagnosis.values)
            }
    }

    private static func date(_ seconds: Int64) -> String { LogDate.text(seconds * 1_000_000) }
}
