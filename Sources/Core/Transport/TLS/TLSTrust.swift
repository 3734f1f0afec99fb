/// Whom a connecting side believes (streaming protocol §14).
public struct TLSTrust: Sendable, Hashable {
    /// What follows from a certificate that does not hold.
    public enum Verification: Sendable, Hashable {
        /// The connection is not made.
        case all
        /// As ``all``, but a name that differs is only noted.
        case chainOnly
        /// Everything is only noted.
        case none
    }

    /// `CAfile`: certificates that are trusted, one after the other.
    public var file: String?
    /// `CApath`: a directory of them, with names that are hashes.
    public var directory: String?
    public var verification: Verification

    public init(file: String? = nil, directory: String? = nil, verification: Verification = .all) {
        self.file = file
        self.directory = directory
        self.verification = verification
    }
}
