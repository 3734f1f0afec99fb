/// Why a connection could not be encrypted, or not any longer.
public struct TLSFailure: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// We don't take the other side's certificate.
        case certificate(VerifyFailure)
        /// The other side has given up and said so.
        case alert(TLSAlert)
        /// What came is no TLS; ``TLSFailure/firstBytes`` are what it is.
        case notTLS
        /// The connection ended in the middle of it.
        case closed
        /// The other side did not go on in time.
        case timedOut
        /// The library's words for what it does not like: `unsupported protocol`, `no shared cipher`.
        case protocolError(String)
    }

    public var kind: Kind
    /// What we told the other side.
    public var sent: TLSAlert?
    /// The other side's chain, as far as it had come: its own certificate first.
    public var chain: [Certificate] = []
    /// What came first, at most ``TLSSession/rememberedBytes``.
    public var firstBytes: [UInt8] = []

    public init(_ kind: Kind) { self.kind = kind }
}

extension TLSFailure.Kind: CustomStringConvertible {
    /// For a log: `self-signed certificate (18)`, `unknown_ca (48)`.
    public var description: String {
        switch self {
        case .certificate(let failure): "\(failure.text) (\(failure.number))"
        case .alert(let alert): "alert \(alert)"
        case .notTLS: "what answers speaks no TLS"
        case .closed: "closed during the TLS handshake"
        case .timedOut: "the TLS handshake was not finished in time"
        case .protocolError(let reason): reason
        }
    }
}

/// What is wrong with a chain of certificates.
public struct VerifyFailure: Sendable, Equatable {
    /// OpenSSL's number: 18.
    public var number: Int
    /// Its constant: `X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT`.
    public var name: String
    /// Its words: `self-signed certificate`.
    public var text: String
    /// Which certificate: 0 is the other side's own.
    public var depth: Int
    /// That one.
    public var certificate: Certificate?

    public init(number: Int, depth: Int = 0, certificate: Certificate? = nil) {
        self.number = number
        name = Self.name(of: number)
        text = Self.text(of: number)
        self.depth = depth
        self.certificate = certificate
    }

    /// Names and addresses that differ from what was dialled: OpenSSL's 62, 63 and 64.
    public var isAboutName: Bool { (62...64).contains(number) }
}
