/// A key, a certificate or a list of trusted ones that cannot be used.
public struct TLSMaterialError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Part: String, Sendable {
        case certificate
        case key
        /// Each can be read, but they don't belong together.
        case pair
        case ciphers
        /// `CAfile` or `CApath`.
        case trust
    }

    public var part: Part
    /// The file; for ``Part/ciphers`` the list.
    public var path: String
    /// `No such file or directory`, `no start line`, `bad decrypt`.
    public var reason: String

    public init(_ part: Part, _ path: String, reason: String) {
        self.part = part
        self.path = path
        self.reason = reason
    }

    /// Whether it is a key that wants to be unlocked first.
    public var isLocked: Bool { reason == Self.locked }

    static let locked = "it has a passphrase"

    public var description: String { "\(path): \(reason)" }
}
