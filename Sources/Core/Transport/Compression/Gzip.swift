internal import CZlib

/// How answers are compressed (web API §1, §12).
public struct GzipSettings: Sendable, Equatable {
    /// How zlib looks for what repeats.
    public enum Strategy: Sendable {
        case standard
        case filtered
        case huffmanOnly
        case rle
        case fixed

        /// - Parameter word: of `[web] gzip compression strategy`; what is none of them is the standard one.
        public init(word: String) {
            switch word {
            case "filtered": self = .filtered
            case "huffman only": self = .huffmanOnly
            case "rle": self = .rle
            case "fixed": self = .fixed
            default: self = .standard
            }
        }
    }

    /// 1 to 9.
    public var level: Int
    public var strategy: Strategy

    public init(level: Int = 3, strategy: Strategy = .standard) {
        self.level = min(max(level, 1), 9)
        self.strategy = strategy
    }
}

/// One body on its way to its compressed form. What zlib needs for it, some 260 KiB, is there as long as this is: a node that
/// nobody asks has none.
final class GzipStream {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Bytes of output that are made room for at once, at most.
    private static let room = 64 << 10

    /// - Returns: `nil` where there is no memory for it.
    init?(_ settings: GzipSettings) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = deflateInit2_(
            stream,
            Int32(settings.level),
            Z_DEFLATED,
            Self.windowBits,
            Self.memoryLevel,
            settings.strategy.number,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard result == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    /// A window of 32 KiB, and gzip's head and tail around the data.
    private static let windowBits: Int32 = 15 + 16
    /// zlib's own default.
    private static let memoryLevel: Int32 = 8

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Adds bytes, fewer than 4 GiB.
    /// - Parameter isLast: whether the body ends with them.
    /// - Returns: what has become of them so far; possibly nothing.
    func add(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var output: [UInt8] = []
        bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            // No more than it can become, and enough for what earlier bytes have left.
            let room = min(Self.room, max(4096, Int(deflateBound(stream, UInt(input.count)))))
            repeat {
                let part = part(room, isLast: isLast)
                if output.isEmpty { output = part } else { output += part }
            } while stream.pointee.avail_out == 0
            stream.pointee.next_in = nil
        }
        return output
    }

    private func part(_ room: Int, isLast: Bool) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(room)
            deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            count = room - Int(stream.pointee.avail_out)
        }
    }

    /// The compressed form of a whole body; `nil` where there is no memory for making it.
    static func compress(_ bytes: [UInt8], _ settings: GzipSettings) -> [UInt8]? {
        GzipStream(settings)?.add(bytes, isLast: true)
    }
}

extension GzipSettings.Strategy {
    fileprivate var number: Int32 {
        switch self {
        case .standard: Z_DEFAULT_STRATEGY
        case .filtered: Z_FILTERED
        case .huffmanOnly: Z_HUFFMAN_ONLY
        case .rle: Z_RLE
        case .fixed: Z_FIXED
        }
    }
}
