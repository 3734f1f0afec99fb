/// What a parent answers to a streaming request: bare text, no newline, nothing after it (streaming protocol §4).
public enum Reply: Sendable, Equatable {
    /// Version 0: charts and values only.
    case first
    /// Version 2 in today's counting: with host labels.
    case hostLabels
    /// A version from 2 to 5, or a capability mask.
    case version(UInt32)
    case denied
    case busy
    /// The machine GUID already streams to this parent.
    case already
    /// The machine GUID is the parent's own.
    case localhost
    /// The machine GUID is one of the parent's virtual nodes.
    case virtualNode
    /// No right to stream on this port or from this address.
    case noAccess
    case internalError
    case initializing
    /// End of file or silence.
    case nothing
    /// None of the above.
    case notUnderstood(Stranger)
}

extension Reply {
    /// The bytes on the wire; `nil` for what no parent of ours ever sends.
    public var text: String? {
        switch self {
        case .version(let number): Reply.versionPrefix + String(number)
        default: Reply.fixed.first { $0.reply == self }?.text
        }
    }

    /// Whether streaming may begin.
    public var isAcceptance: Bool {
        switch self {
        case .first, .hostLabels, .version: true
        default: false
        }
    }

    /// Judges what one read returned, as a child does (streaming protocol §4.1): fixed texts exactly and at full length;
    /// a version after its prefix and in fewer than 30 more bytes.
    public static func parse(_ bytes: [UInt8]) -> Reply {
        if bytes.isEmpty { return .nothing }
        let prefix = versionPrefix.utf8
        if bytes.starts(with: prefix), bytes.count < prefix.count + 30,
            let number = UInt32(decimal: bytes[prefix.count...])
        {
            return .version(number)
        }
        return fixed.first { bytes.elementsEqual($0.text.utf8) }?.reply ?? .notUnderstood(Stranger(bytes))
    }

    /// Whether this is how one of the texts begins, with something missing.
    static func isBeginning(_ bytes: [UInt8]) -> Bool {
        versionPrefix.utf8.starts(with: bytes) || fixed.contains { $0.text.utf8.starts(with: bytes) }
    }

    /// Whether it begins like one of the texts, whatever has become of the rest: a parent wrote it, and something between
    /// the two, or a newer version, has changed it.
    public static func resembles(_ bytes: [UInt8]) -> Bool {
        let beginning = bytes.prefix(16)
        return beginning.count == 16
            && (versionPrefix.utf8.starts(with: beginning) || fixed.contains { $0.text.utf8.starts(with: beginning) })
    }

    static let versionPrefix = "Hit me baby, push them over with the version="

    /// The first of a reply's texts is what we send.
    private static let fixed: [(reply: Reply, text: String)] = [
        (.first, "Hit me baby, push them over..."),
        (.hostLabels, "Hit me baby, push them over and bring the host labels..."),
        (.denied, "You are not permitted to access this. Check the logs for more info."),
        (.busy, "The server is too busy now to accept this request. Try later."),
        (.already, "This GUID is already streaming to this server"),
        (.localhost, "Don't hit me baby, you are trying to stream my localhost back"),
        (.virtualNode, "Don't hit me baby, you are trying to stream my vnode back"),
        (.noAccess, "You are not allowed to access this resource."),
        (.noAccess, "You need to be authorized to access this resource"),
        (.internalError, "The server encountered an internal error. Try later."),
        (.initializing, "The server is initializing. Try later."),
    ]
}

extension UInt32 {
    /// Digits only, at least one.
    init?(decimal digits: some Collection<UInt8>) {
        guard !digits.isEmpty else { return nil }
        var value: UInt32 = 0
        for byte in digits {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt32(byte - 0x30))
            if overflow || carry { return nil }
            value = sum
        }
        self = value
    }
}
