public import Config
internal import System

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

    /// As `[stream]` has it, at this moment: whether its `CAfile` is there counts.
    public init(_ stream: StreamSettings) {
        self.init(
            file: stream.certificateFile,
            directory: stream.certificateDirectory,
            skipsVerification: stream.skipsCertificateVerification,
            verifyHostname: stream.verifyHostname
        )
    }

    /// As the options say that streams and connectors have under the same names, at this moment.
    ///
    /// With `ssl verify hostname = auto` names are checked where the system's store is believed, in which there is
    /// everybody; certificates that the operator has chosen say enough by themselves, as the original takes it.
    public init(file: String?, directory: String?, skipsVerification: Bool, verifyHostname: TriState) {
        self.init(file: file, directory: directory)
        verification =
            switch verifyHostname {
            case _ where skipsVerification: .none
            case .yes: .all
            case .no: .chainOnly
            case .auto: usesSystemStore ? .all : .chainOnly
            }
    }

    /// Whether the system's certificates are believed, because there are no others.
    public var usesSystemStore: Bool { ![file, directory].contains { $0.map(Files.exists) == true } }

    /// `CAfile`, where it is named and not there.
    public var missingFile: String? { file.flatMap { Files.exists($0) ? nil : $0 } }
}
