public import Config

/// One row of the document's table of expected behaviours (streaming protocol §14): a parent's TLS, the mode of its port,
/// a child's destination, and what follows from them.
public struct Row: Sendable, Equatable {
    /// 1 to 5, from the top.
    public let number: Int
    /// Whether the parent has a key and a certificate.
    public let parentHasTLS: Bool
    /// What the port may say; without certificates its mode means nothing.
    public let modes: [BindAddress.Encryption]
    /// Whether `:SSL` is behind the destination.
    public let childEncrypts: Bool
    /// `ssl skip certificate verification`; only meant where the child encrypts.
    public let childSkips: Bool
    /// The document's words, short.
    public let expected: String
    /// The document's words.
    public let sentence: String

    /// The whole table.
    public static let all = [
        Row(
            number: 1,
            parentHasTLS: false,
            modes: [.standard, .optional, .force],
            childEncrypts: false,
            childSkips: false,
            expected: "unencrypted (legacy)",
            sentence: "Legacy behavior. The parent-child stream is unencrypted."
        ),
        Row(
            number: 2,
            parentHasTLS: true,
            modes: [.force],
            childEncrypts: false,
            childSkips: false,
            expected: "parent rejects child",
            sentence: "The parent rejects the child connection."
        ),
        Row(
            number: 3,
            parentHasTLS: true,
            modes: [.standard, .optional],
            childEncrypts: false,
            childSkips: false,
            expected: "unencrypted",
            sentence: "The parent-child stream is unencrypted (legacy child nodes and newer parent nodes)."
        ),
        Row(
            number: 4,
            parentHasTLS: true,
            modes: [.standard, .optional, .force],
            childEncrypts: true,
            childSkips: false,
            expected: "encrypted, if the certificate is valid",
            sentence: "The parent-child stream is encrypted, provided that the parent has a valid certificate. "
                + "Otherwise, the child refuses to connect."
        ),
        Row(
            number: 5,
            parentHasTLS: true,
            modes: [.standard, .optional, .force],
            childEncrypts: true,
            childSkips: true,
            expected: "encrypted",
            sentence: "The parent-child stream is encrypted."
        ),
    ]

    /// The row that a pair is in; `nil` for the one that the table leaves out, `:SSL` to a parent without TLS.
    public static func of(
        parentHasTLS: Bool,
        mode: BindAddress.Encryption,
        childEncrypts: Bool,
        childSkips: Bool
    ) -> Row? {
        all.first {
            $0.parentHasTLS == parentHasTLS && $0.modes.contains(mode) && $0.childEncrypts == childEncrypts
                && (!childEncrypts || $0.childSkips == childSkips)
        }
    }

    /// `no TLS`, `TLS, force`, `TLS, -/optional`, `TLS, any`.
    public var parent: String {
        if !parentHasTLS { return "no TLS" }
        return modes == [.force] ? "TLS, force" : modes.count == 2 ? "TLS, -/optional" : "TLS, any"
    }

    /// `plain` or `:SSL`.
    public var child: String { childEncrypts ? ":SSL" : "plain" }

    /// `no` or `yes`, as stream.conf has it.
    public var skip: String { childSkips ? "yes" : "no" }
}
