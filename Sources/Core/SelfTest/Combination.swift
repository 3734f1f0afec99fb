/// One parent and one child, as far as the document's table of expected behaviours tells them apart, and what decides
/// about a certificate (streaming protocol §14).
public struct Combination: Sendable, Hashable, CustomStringConvertible {
    /// The parent's port: `[web] ssl certificate` and the directive in `bind to`.
    public enum Port: String, Sendable, CaseIterable {
        /// Neither key nor certificate.
        case noTLS = "no TLS"
        case standard = "-"
        case optional
        case force
    }

    /// The child's destination and `ssl skip certificate verification`.
    public enum Child: String, Sendable, CaseIterable {
        case plain
        case verify = "SSL verify"
        case skip = "SSL skip"
    }

    /// What the parent has to show.
    public enum Credential: String, Sendable, CaseIterable {
        /// From a known authority over an intermediate one, for the name that is dialled.
        case valid = "valid chain"
        case selfSigned = "self-signed"
        case expired
        case notYetValid = "not yet valid"
        /// For another name than the one that is dialled.
        case wrongName = "wrong name"
        /// For the address that is dialled.
        case address = "IP with SAN"
        /// An address is dialled, and the certificate is for a name only.
        case noAddress = "IP without SAN"
        /// As ``valid``, without the intermediate one.
        case missingIntermediate = "no intermediate"
        /// From an authority that nobody knows.
        case wrongAuthority = "wrong CA"
        /// The key belongs to another certificate.
        case keyMismatch = "key mismatch"

        /// What the child dials.
        var dialled: String { self == .address || self == .noAddress ? "127.0.0.1" : "localhost" }
    }

    /// `ssl verify hostname`.
    public enum NameCheck: String, Sendable, CaseIterable {
        case auto, yes, no
    }

    /// Whom the child believes.
    public enum Trust: String, Sendable, CaseIterable {
        /// The certificates of the operating system.
        case system
        /// `CAfile`.
        case file = "CAfile"
    }

    public var port: Port
    public var child: Child
    public var credential: Credential
    public var nameCheck = NameCheck.auto
    public var trust = Trust.file

    public init(
        _ port: Port,
        _ child: Child,
        _ credential: Credential,
        nameCheck: NameCheck = .auto,
        trust: Trust = .file
    ) {
        self.port = port
        self.child = child
        self.credential = credential
        self.nameCheck = nameCheck
        self.trust = trust
    }

    /// `parent port force, child SSL verify, wrong name, name check auto, CAfile`.
    public var description: String {
        var words = ["parent port \(port.rawValue)", "child \(child.rawValue)", credential.rawValue]
        if child != .plain { words.append("name check \(nameCheck.rawValue)") }
        if child == .verify { words.append(trust.rawValue) }
        return words.joined(separator: ", ")
    }

    /// The whole product. Where nothing is verified only one trust is in it, of a plain child one of everything, and of a
    /// parent without certificate none.
    public static let all: [Combination] = Port.allCases.flatMap { port in
        Child.allCases.flatMap { child in
            (port == .noTLS ? [.valid] : Credential.allCases).flatMap { credential in
                (child == .plain ? [.auto] : NameCheck.allCases).flatMap { nameCheck in
                    (child == .verify ? Trust.allCases : [.file]).map { trust in
                        Combination(port, child, credential, nameCheck: nameCheck, trust: trust)
                    }
                }
            }
        }
    }
}
