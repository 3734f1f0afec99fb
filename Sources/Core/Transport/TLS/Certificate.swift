internal import COpenSSL
internal import Glibc

/// What a certificate says of itself.
public struct Certificate: Sendable, Equatable {
    /// As RFC 2253 writes names: `CN=parent.example,O=Example`.
    public var subject: String
    public var issuer: String
    /// Seconds since 1970.
    public var notBefore: Int64
    public var notAfter: Int64
    /// The alternative names it is for; those of `subject` count only where there are none.
    public var dnsNames: [String]
    public var addresses: [String]
    /// SHA-256 of the whole certificate: `97:25:98:…`.
    public var fingerprint: String
    /// `RSA`, `EC`, `ED25519` …
    public var keyType: String
    public var keyBits: Int
    /// What it is signed with: `RSA-SHA256`.
    public var signature: String
    /// Whether it may sign others.
    public var isAuthority: Bool
    /// What the issuer's file is called in a directory of hashed names, without the number: `5ad8a5d6`.
    public var issuerHash: String
    public var isSelfSigned: Bool { subject == issuer }

    public init(
        subject: String,
        issuer: String,
        notBefore: Int64,
        notAfter: Int64,
        dnsNames: [String] = [],
        addresses: [String] = [],
        fingerprint: String = "",
        keyType: String = "",
        keyBits: Int = 0,
        signature: String = "",
        isAuthority: Bool = false,
        issuerHash: String = ""
    ) {
        self.subject = subject
        self.issuer = issuer
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.dnsNames = dnsNames
        self.addresses = addresses
        self.fingerprint = fingerprint
        self.keyType = keyType
        self.keyBits = keyBits
        self.signature = signature
        self.isAuthority = isAuthority
        self.issuerHash = issuerHash
    }

    /// Everything it is for: `parent.example, 10.0.0.5`.
    public var names: [String] { dnsNames + addresses }
}

extension Certificate {
    /// - Parameter certificate: an `X509 *`.
    init(_ certificate: OpaquePointer) {
        self.init(
            subject: Self.text(of: X509_get_subject_name(certificate)),
            issuer: Self.text(of: X509_get_issuer_name(certificate)),
            notBefore: Self.seconds(X509_get0_notBefore(certificate)),
            notAfter: Self.seconds(X509_get0_notAfter(certificate)),
            fingerprint: Self.fingerprint(certificate),
            signature: Self.name(of: X509_get_signature_nid(certificate)),
            isAuthority: X509_check_ca(certificate) > 0,
            issuerHash: Self.digits(X509_issuer_name_hash(certificate))
        )
        if let key = X509_get0_pubkey(certificate) {
            keyType = Self.name(of: EVP_PKEY_get_base_id(key))
            keyBits = Int(EVP_PKEY_get_bits(key))
        }
        readNames(certificate)
    }

    private mutating func readNames(_ certificate: OpaquePointer) {
        let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil).map(OpaquePointer.init)
        defer { nd_free_names(names) }
        for index in 0..<nd_names_count(names) {
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text in
                let kind = nd_name_at(names, index, text.baseAddress, text.count)
                guard kind != 0, let start = text.baseAddress else { return }
                let name = String(cString: start)
                if kind == CChar(UInt8(ascii: "d")) { dnsNames.append(name) } else { addresses.append(name) }
            }
        }
    }

    private static func text(of name: OpaquePointer?) -> String {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        X509_NAME_print_ex(bio, name, 0, nd_name_flags())
        var start: UnsafeMutablePointer<CChar>?
        let length = nd_memory(bio, &start)
        guard let start, length > 0 else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return Int64(timegm(&parts))
    }

    private static func name(of identifier: Int32) -> String {
        guard let name = OBJ_nid2sn(identifier) else { return "" }
        let text = String(cString: name)
        return text == "rsaEncryption" ? "RSA" : text == "id-ecPublicKey" ? "EC" : text
    }

    private static func digits(_ hash: UInt) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    private static func fingerprint(_ certificate: OpaquePointer) -> String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard X509_digest(certificate, EVP_sha256(), &digest, &length) == 1 else { return "" }
        let digits = Array("0123456789ABCDEF")
        return digest.prefix(Int(length))
            .map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }
            .joined(separator: ":")
    }
}

extension Certificate {
    /// Those in the text of a PEM file, in its order; what is none is passed over.
    public static func list(pem: [UInt8]) -> [Certificate] {
        var found: [Certificate] = []
        visit(pem) { found.append(Certificate($0)) }
        return found
    }

    /// How many ``list(pem:)`` has. A bundle's are not decoded for that: those of a whole system would take their time.
    static func count(pem: [UInt8]) -> Int {
        let lines = beginnings(pem)
        guard lines <= 16 else { return lines }
        var count = 0
        visit(pem) { _ in count += 1 }
        return count
    }

    private static func beginnings(_ pem: [UInt8]) -> Int {
        let mark = "-----BEGIN CERTIFICATE-----"
        return pem.withUnsafeBytes { bytes in
            var count = 0
            var rest = bytes
            while let start = rest.baseAddress, rest.count >= mark.utf8.count {
                if memcmp(start, mark, mark.utf8.count) == 0 { count += 1 }
                guard let end = memchr(start, 10, rest.count) else { break }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(start.distance(to: UnsafeRawPointer(end)) + 1))
            }
            return count
        }
    }

    /// Those of ``list(pem:)`` that have a name; the others are not looked into.
    static func list(pem: [UInt8], called subject: String) -> [Certificate] {
        var found: [Certificate] = []
        visit(pem) { certificate in
            guard text(of: X509_get_subject_name(certificate)) == subject else { return }
            found.append(Certificate(certificate))
        }
        return found
    }

    private static func visit(_ pem: [UInt8], _ body: (OpaquePointer) -> Void) {
        pem.withUnsafeBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return }
            defer { BIO_free(bio) }
            while let certificate = PEM_read_bio_X509_AUX(bio, nil, nil, nil) {
                body(certificate)
                X509_free(certificate)
            }
            ERR_clear_error()
        }
    }
}
