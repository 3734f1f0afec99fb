/// One side's last word in TLS (RFC 8446 §6).
public struct TLSAlert: Sendable, Equatable, CustomStringConvertible {
    /// 48 is `unknown_ca`.
    public let number: Int

    public init(_ number: Int) { self.number = number }

    /// `unknown_ca`.
    public var name: String { Self.names[number] ?? "unknown" }

    /// `unknown_ca (48)`.
    public var description: String { "\(name) (\(number))" }

    /// Whether it is a certificate that the other side does not take; 51 is said of its signature.
    var isAboutCertificate: Bool { (42...46).contains(number) || number == 48 || number == 51 }

    public static let closeNotify = TLSAlert(0)

    private static let names = [
        0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed",
        22: "record_overflow", 30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate",
        42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired",
        46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error",
        51: "decrypt_error", 60: "export_restriction", 70: "protocol_version", 71: "insufficient_security",
        80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation",
        109: "missing_extension", 110: "unsupported_extension", 111: "certificate_unobtainable",
        112: "unrecognized_name", 113: "bad_certificate_status_response", 114: "bad_certificate_hash_value",
        115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
    ]
}
