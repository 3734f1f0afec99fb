internal import Glibc
internal import System

/// Certificates of every kind that a parent may have, in a directory of their own for as long as this lives.
///
///     ca.pem                      the authority that the child believes
///     <kind>.pem, <kind>.key      what a parent of that kind has, in words of `Combination.Credential`
final class Credentials: Sendable {
    let directory: String

    init() throws {
        var template = Array("/tmp/ndstream-self-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(operation: "mkdtemp", subject: "/tmp", number: errno)
        }
        directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        try write()
    }

    deinit {
        for name in (try? Files.names(in: directory)) ?? [] { try? Files.remove(directory + "/" + name) }
        Files.removeEmptyDirectory(directory)
    }

    /// The authority's certificate, for `CAfile`.
    var authority: String { directory + "/ca.pem" }

    func certificate(_ kind: Combination.Credential) -> String { "\(directory)/\(kind).pem" }

    func key(_ kind: Combination.Credential) -> String { "\(directory)/\(kind).key" }

    private func write() throws {
        let root = try MadeCertificate(.init(name: "ndstream self-test CA", isAuthority: true))
        let rogue = try MadeCertificate(.init(name: "unknown CA", isAuthority: true))
        let between = try MadeCertificate(.init(name: "intermediate CA", isAuthority: true), signedBy: root)
        try put(root.pem, "ca.pem")
        for kind in Combination.Credential.allCases {
            let leaf = try leaf(kind, root, between, rogue)
            let sendsIntermediate = kind == .valid || kind == .keyMismatch
            try put(leaf.pem + (sendsIntermediate ? between.pem : []), "\(kind).pem")
            let hasOwnKey = kind != .keyMismatch
            try put(hasOwnKey ? leaf.keyPEM : rogue.keyPEM, "\(kind).key")
        }
    }

    private func leaf(
        _ kind: Combination.Credential,
        _ root: MadeCertificate,
        _ between: MadeCertificate,
        _ rogue: MadeCertificate
    ) throws -> MadeCertificate {
        var content = MadeCertificate.Content(name: "localhost", alternatives: "DNS:localhost,IP:127.0.0.1")
        let day = 86_400
        switch kind {
        case .valid, .missingIntermediate, .keyMismatch: return try MadeCertificate(content, signedBy: between)
        case .address: return try MadeCertificate(content, signedBy: root)
        case .selfSigned: return try MadeCertificate(content)
        case .wrongAuthority: return try MadeCertificate(content, signedBy: rogue)
        case .expired: (content.begins, content.ends) = (-2 * day, -day)
        case .notYetValid: content.begins = day
        case .wrongName:
            content.name = "another.example"
            content.alternatives = "DNS:another.example"
        case .noAddress: content.alternatives = "DNS:localhost"
        }
        return try MadeCertificate(content, signedBy: root)
    }

    private func put(_ bytes: [UInt8], _ name: String) throws {
        try Files.overwrite(directory + "/" + name, with: bytes, mode: 0o600)
    }
}
