/// What came back to a request so far. A parent sends its reply in one piece, but what is between the two may cut it
/// (streaming protocol §4), and a stranger's answer says more with its second line.
public struct ReplyBuffer: Sendable {
    /// Bytes that are kept: what a child of 1.33–1.37 reads at once. More than that is no reply.
    public static let bytesMax = 8192
    /// Microseconds after the first byte in which the rest must have come; then what there is counts.
    public static let patience: Int64 = 2_000_000

    public private(set) var bytes: [UInt8] = []
    private var pieces = 0

    public init() {}

    public var isEmpty: Bool { bytes.isEmpty }

    public mutating func append(_ piece: some Collection<UInt8>) {
        pieces += 1
        bytes.append(contentsOf: piece.prefix(Self.bytesMax - bytes.count))
    }

    /// Whether further bytes could not change what it is.
    public var isDecided: Bool {
        guard bytes.count < Self.bytesMax else { return true }
        switch Reply.parse(bytes) {
        case .nothing: return false
        // A number has no end of its own. One that came with all before it is whole, unless no parent would answer so.
        case .version(let number): return pieces == 1 && Self.isWhole(number)
        case .notUnderstood(let stranger): return !Reply.isBeginning(bytes) && stranger.isComplete(bytes)
        default: return true
        }
    }

    public var reply: Reply { Reply.parse(bytes) }

    /// The first bytes of an answer that is not ours, as people may see them.
    public var evidence: String { evidenceText(bytes) }

    /// The answers of parents before 1.37, and masks: their lowest three bits are never set. Anything else may be the first
    /// digits of a mask.
    private static func isWhole(_ number: UInt32) -> Bool {
        (2...5).contains(number) || Capabilities(rawValue: number).contains(.mask) && number % 8 == 0
    }
}

/// The first 80 bytes, printable ASCII as it is and every other byte as `\xNN`.
public func evidenceText(_ bytes: some Sequence<UInt8>) -> String {
    bytes.prefix(80).reduce(into: "") { text, byte in
        if (0x20..<0x7f).contains(byte) {
            text.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            let digits = String(byte, radix: 16)
            text += "\\x" + (digits.count < 2 ? "0" : "") + digits
        }
    }
}
