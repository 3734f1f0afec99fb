internal import COpenSSL
internal import Glibc
import Synchronization
internal import System

/// What many encrypted connections share: a server's certificate, or whom a client believes; and the sessions that may be
/// taken up again.
public final class TLSContext: @unchecked Sendable {
    public enum Side: Sendable {
        case server
        case client(TLSTrust.Verification)
    }

    public let side: Side
    /// An `SSL_CTX *`; OpenSSL itself keeps it safe between threads.
    let pointer: OpaquePointer
    /// Sessions of destinations that tell us how to come back quickly.
    let sessions = TLSSessionCache()

    private init(_ side: Side, _ pointer: OpaquePointer) {
        self.side = side
        self.pointer = pointer
        SSL_CTX_set_info_callback(pointer) { session, what, value in
            guard let session else { return }
            TLSSession.of(session)?.noticed(what, value)
        }
        nd_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS))
        SSL_CTX_set_options(pointer, UInt64(1) << 30 | UInt64(1) << 17)  // no renegotiation, no compression
    }

    deinit {
        sessions.removeAll()
        SSL_CTX_free(pointer)
    }

    // MARK: Servers

    /// - Parameters:
    ///   - certificate: a PEM file: the server's own certificate, then those that lead to a root.
    ///   - key: a PEM file; without a passphrase.
    ///   - highestVersion: `1.2` or `1.3`; older ones are not spoken.
    ///   - ciphers: in OpenSSL's notation, names of TLS 1.3 among them; empty leaves the choice to the library.
    public static func server(
        certificate: String,
        key: String,
        highestVersion: String = "1.3",
        ciphers: String = ""
    ) throws(TLSMaterialError) -> TLSContext {
        let context = TLSContext(.server, SSL_CTX_new(TLS_server_method()))
        let pointer = context.pointer
        nd_set_versions(pointer, TLS1_2_VERSION, highestVersion == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION)
        // A key with a passphrase must fail; nobody is there to type it.
        SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
        // First, because they also say how weak a certificate may be: `DEFAULT@SECLEVEL=1`.
        try context.choose(ciphers)
        _ = try read(certificate, as: .certificate)
        guard SSL_CTX_use_certificate_chain_file(pointer, certificate) == 1 else {
            throw TLSMaterialError(.certificate, certificate, reason: lastError())
        }
        let isLocked = isLocked(try read(key, as: .key))
        guard SSL_CTX_use_PrivateKey_file(pointer, key, SSL_FILETYPE_PEM) == 1 else {
            let reason = isLocked ? TLSMaterialError.locked : lastError()
            let isMismatch = reason.contains("mismatch")
            throw TLSMaterialError(isMismatch ? .pair : .key, key, reason: reason)
        }
        guard SSL_CTX_check_private_key(pointer) == 1 else { throw TLSMaterialError(.pair, key, reason: lastError()) }
        var name = Array("ndstream".utf8)
        SSL_CTX_set_session_id_context(pointer, &name, UInt32(name.count))
        // Tickets are what sessions are taken up with; a table of them here would grow to 20,000.
        nd_set_session_cache(pointer, Int(SSL_SESS_CACHE_OFF))
        return context
    }

    /// Bytes that a file of keys or certificates may have.
    static let fileBytes = 1 << 20

    /// The library itself would wait for a named pipe, and call an unreadable file "system lib".
    private static func read(_ path: String, as part: TLSMaterialError.Part) throws(TLSMaterialError) -> [UInt8] {
        ERR_clear_error()
        do throws(SystemError) {
            return try Files.read(path, limit: fileBytes)
        } catch {
            throw TLSMaterialError(part, path, reason: error.reason)
        }
    }

    /// Whether a PEM file says that its key is encrypted, in either of the two forms.
    private static func isLocked(_ file: [UInt8]) -> Bool {
        String(decoding: file, as: UTF8.self).split(whereSeparator: \.isNewline)
            .contains { $0 == "-----BEGIN ENCRYPTED PRIVATE KEY-----" || $0 == "Proc-Type: 4,ENCRYPTED" }
    }

    private func choose(_ ciphers: String) throws(TLSMaterialError) {
        ERR_clear_error()
        let names = ciphers.split { ":, ".contains($0) }
        let modern = names.filter { $0.hasPrefix("TLS_") }.joined(separator: ":")
        let others = names.filter { !$0.hasPrefix("TLS_") }.joined(separator: ":")
        guard modern.isEmpty || SSL_CTX_set_ciphersuites(pointer, modern) == 1 else {
            throw TLSMaterialError(.ciphers, modern, reason: Self.lastError())
        }
        guard others.isEmpty || SSL_CTX_set_cipher_list(pointer, others) == 1 else {
            throw TLSMaterialError(.ciphers, others, reason: Self.lastError())
        }
    }

    /// A server's own certificate, then those it sends with it.
    public var ownChain: [Certificate] {
        var chain: [Certificate] = []
        if let own = SSL_CTX_get0_certificate(pointer) { chain.append(Certificate(own)) }
        let others = nd_own_chain(pointer)
        return chain + (0..<nd_chain_length(others)).compactMap { nd_chain_at(others, $0).map(Certificate.init) }
    }

    // MARK: Clients

    /// - Parameter system: where the system's certificates are.
    /// - Throws: when a file is there but cannot be read as certificates. One that is not there is no error: then the
    ///   system's are believed, as the original does.
    public static func client(
        _ trust: TLSTrust,
        system: SystemTrust = .current()
    ) throws(TLSMaterialError) -> TLSContext {
        let context = TLSContext(.client(trust.verification), SSL_CTX_new(TLS_client_method()))
        let pointer = context.pointer
        nd_set_versions(pointer, TLS1_2_VERSION, TLS1_3_VERSION)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER) { isGood, store in
            guard isGood == 0, let store else { return 1 }
            let index = SSL_get_ex_data_X509_STORE_CTX_idx()
            guard let session = X509_STORE_CTX_get_ex_data(store, index).map({ TLSSession.of(OpaquePointer($0)) })
            else {
                return 0
            }
            return session?.judges(store) == true ? 1 : 0
        }
        nd_set_session_cache(pointer, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE))
        SSL_CTX_sess_set_new_cb(pointer) { session, resumable in
            guard let session, let resumable else { return 0 }
            return TLSSession.of(session)?.keep(resumable) == true ? 1 : 0
        }
        try context.believe(trust, system)
        return context
    }

    private func believe(_ trust: TLSTrust, _ system: SystemTrust) throws(TLSMaterialError) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard !trust.usesSystemStore else { return believe(system) }
        // Whoever copies a parent's own certificate trusts that one, whether it is an authority's or another has signed it.
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(pointer), UInt(X509_V_FLAG_PARTIAL_CHAIN))
        if let file = trust.file, trust.missingFile == nil, SSL_CTX_load_verify_file(pointer, file) != 1 {
            guard trust.verification == .none else { throw TLSMaterialError(.trust, file, reason: Self.lastError()) }
        }
        if let directory = trust.directory, Files.exists(directory) {
            // The library looks into it only when it needs to, and takes "not allowed" for "not there".
            guard access(directory, R_OK | X_OK) == 0 || trust.verification == .none else {
                throw TLSMaterialError(.trust, directory, reason: String(cString: strerror(errno)))
            }
            SSL_CTX_load_verify_dir(pointer, directory)
        }
    }

    /// Certificates of a directory with hashed names are read when they are asked for; the same in one file cost most of a
    /// megabyte at once.
    private func believe(_ system: SystemTrust) {
        let hashed = system.directories.filter(Self.hasHashedNames)
        for directory in hashed { SSL_CTX_load_verify_dir(pointer, directory) }
        if hashed.isEmpty || system.isFileNamed { SSL_CTX_load_verify_file(pointer, system.file) }
    }

    /// Whether certificates can be found by their subject's hash: `3513523f.0`.
    static func hasHashedNames(_ directory: String) -> Bool {
        guard let stream = opendir(directory) else { return false }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let isHashed = withUnsafeBytes(of: &entry.pointee.d_name) { name in
                let isHexadecimal = name.prefix(8).allSatisfy { isxdigit(Int32($0)) != 0 }
                return isHexadecimal && name[8] == UInt8(ascii: ".") && isdigit(Int32(name[9])) != 0
            }
            if isHashed { return true }
        }
        return false
    }

    /// What the library says went wrong, without its numbers; forgets it.
    static func lastError() -> String {
        // The cause comes first. What was given up because of it follows, and says less: "PEM lib", "system lib".
        let number = ERR_peek_error()
        defer { ERR_clear_error() }
        if number & 0x8000_0000 != 0 { return String(cString: strerror(Int32(number & 0x7fff_ffff))) }
        guard let text = ERR_reason_error_string(number) else { return "error \(number)" }
        return String(cString: text)
    }
}
