internal import COpenSSL
internal import System

/// A certificate with its key, made on the spot: an authority's, or a server's.
///
/// The library makes them, not the program `openssl`, which a machine that streams need not have.
final class MadeCertificate {
    /// What a certificate is for, and for how long.
    struct Content {
        var name: String
        /// As OpenSSL writes alternative names: `DNS:parent.example,IP:127.0.0.1`.
        var alternatives = ""
        var isAuthority = false
        /// Seconds from now.
        var begins: Int = -86_400
        var ends: Int = 365 * 86_400
    }

    /// The library has refused; with its words.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ step: String) {
            let reason = ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) }
            description = "cannot make a certificate: \(step): \(reason ?? "unknown")"
        }
    }

    private let certificate: OpaquePointer
    private let key: OpaquePointer

    /// - Parameter issuer: who signs; `nil`: it signs itself.
    init(_ content: Content, signedBy issuer: MadeCertificate? = nil) throws(Failure) {
        key = try Self.makeKey()
        guard let certificate = X509_new() else {
            EVP_PKEY_free(key)
            throw Failure("X509_new")
        }
        self.certificate = certificate
        try fill(content)
        let issuing = issuer?.certificate ?? certificate
        X509_set_issuer_name(certificate, X509_get_subject_name(issuing))
        try extend(content, issuing)
        guard X509_sign(certificate, issuer?.key ?? key, EVP_sha256()) > 0 else { throw Failure("X509_sign") }
    }

    deinit {
        X509_free(certificate)
        EVP_PKEY_free(key)
    }

    private static func makeKey() throws(Failure) -> OpaquePointer {
        let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
            EVP_PKEY_keygen(context, &key) == 1, let key
        else { throw Failure("EVP_PKEY_keygen") }
        return key
    }

    private func fill(_ content: Content) throws(Failure) {
        let name = X509_get_subject_name(certificate)
        // Version 3 is written as 2; extensions need it.
        guard X509_set_version(certificate, 2) == 1,
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), SystemRandom.number() >> 1) == 1,
            X509_gmtime_adj(X509_getm_notBefore(certificate), content.begins) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), content.ends) != nil,
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, content.name, -1, -1, 0) == 1,
            X509_set_pubkey(certificate, key) == 1
        else { throw Failure("X509_set") }
    }

    private func extend(_ content: Content, _ issuer: OpaquePointer) throws(Failure) {
        try add(NID_basic_constraints, content.isAuthority ? "critical,CA:TRUE" : "critical,CA:FALSE", issuer)
        try add(
            NID_key_usage,
            content.isAuthority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature",
            issuer
        )
        try add(NID_subject_key_identifier, "hash", issuer)
        if issuer != certificate { try add(NID_authority_key_identifier, "keyid", issuer) }
        if !content.isAuthority { try add(NID_ext_key_usage, "serverAuth", issuer) }
        if !content.alternatives.isEmpty { try add(NID_subject_alt_name, content.alternatives, issuer) }
    }

    private func add(_ kind: Int32, _ value: String, _ issuer: OpaquePointer) throws(Failure) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        guard let item = X509V3_EXT_conf_nid(nil, &context, kind, value) else { throw Failure(value) }
        defer { X509_EXTENSION_free(item) }
        guard X509_add_ext(certificate, item, -1) == 1 else { throw Failure(value) }
    }

    // MARK: PEM

    var pem: [UInt8] { Self.text { PEM_write_bio_X509($0, certificate) } }

    var keyPEM: [UInt8] { Self.text { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) } }

    private static func text(_ write: (OpaquePointer) -> Int32) -> [UInt8] {
        guard let bio = BIO_new(BIO_s_mem()) else { return [] }
        defer { BIO_free(bio) }
        var start: UnsafeMutablePointer<CChar>?
        guard write(bio) == 1, case let length = nd_memory(bio, &start), length > 0, let start else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: length))
    }
}
