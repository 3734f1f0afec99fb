internal import Diagnostics

/// What is not wrong yet with a certificate that holds.
public struct CertificateWarning: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// Whole days; below 0 it is over.
        case expires(days: Int)
        /// MD5 or SHA-1.
        case weakSignature
        case weakKey
        /// It has no alternative names.
        case nameless
        /// It is for others than this one, and was let pass.
        case nameDiffers(dialled: String)
    }

    /// Days before the end from which on it is said.
    public static let expiryDays = 30

    public var kind: Kind
    /// 0 is the server's own.
    public var depth: Int
    public var certificate: Certificate

    /// - Parameters:
    ///   - chain: a server's own, then those above it.
    ///   - notes: what was let pass when it was verified.
    ///   - dialled: the name it should be for.
    ///   - now: seconds since 1970.
    public static func all(
        of chain: [Certificate],
        notes: [VerifyFailure] = [],
        dialled: String = "",
        now: Int64
    ) -> [CertificateWarning] {
        var warnings: [CertificateWarning] = []
        for (depth, certificate) in chain.enumerated() {
            func warn(_ kind: Kind) {
                warnings.append(CertificateWarning(kind: kind, depth: depth, certificate: certificate))
            }
            let days = certificate.daysLeft(at: now)
            if days < expiryDays { warn(.expires(days: days)) }
            // Nobody checks by what a root has signed itself.
            if certificate.hasWeakSignature, depth == 0 || !certificate.isSelfSigned { warn(.weakSignature) }
            if certificate.hasWeakKey { warn(.weakKey) }
            guard depth == 0 else { continue }
            if certificate.names.isEmpty { warn(.nameless) }
            if notes.contains(where: \.isAboutName) { warn(.nameDiffers(dialled: dialled)) }
        }
        return warnings
    }
}

extension Certificate {
    /// MD5 and SHA-1, with whatever key.
    public var hasWeakSignature: Bool {
        let name = signature.uppercased()
        return name.hasSuffix("SHA1") || name.contains("MD5") || name.contains("MD4")
    }

    /// RSA below 2048 bits, elliptic curves below 224.
    public var hasWeakKey: Bool {
        keyType == "EC" ? keyBits < 224 : keyType.hasPrefix("RSA") || keyType.hasPrefix("DSA") ? keyBits < 2048 : false
    }
}

extension TLSDiagnosis {
    /// - Parameters:
    ///   - owner: whose certificate it is: a destination, or the file it is in.
    ///   - now: seconds since 1970.
    public init(_ warning: CertificateWarning, of owner: String, now: Int64) {
        let certificate = warning.certificate
        var values = [
            "owner": owner, "subject": certificate.subject, "until": Certificate.moment(certificate.notAfter),
            "names": certificate.audience,
        ]
        let about = "\(certificate.subject), issued by \(certificate.isSelfSigned ? "itself" : certificate.issuer)"
        switch warning.kind {
        case .expires(let days):
            values["expiry"] =
                days < 0 ? "has expired" : days == 1 ? "expires in 1 day" : "expires in \(days) days"
            self.init(.certificateExpires, values: values, evidence: [about, "it is \(certificate.validity(at: now))"])
        case .weakSignature:
            values["algorithm"] = certificate.signature
            self.init(
                .certificateSignatureWeak,
                values: values,
                evidence: [about, "signed with \(certificate.signature)"]
            )
        case .weakKey:
            values["algorithm"] = certificate.keyType
            values["bits"] = String(certificate.keyBits)
            let key = "\(certificate.keyType) with \(certificate.keyBits) bits"
            self.init(.certificateKeyWeak, values: values, evidence: [about, key])
        case .nameless: self.init(.certificateNameless, values: values, evidence: [about])
        case .nameDiffers(let dialled):
            values["name"] = dialled
            values["destination"] = owner
            self.init(
                .nameNotChecked,
                values: values,
                evidence: [about, "it is for \(certificate.audience); dialled was \(dialled)"]
            )
        }
    }
}
