/// What two peers can say to each other: the mask of 1.37 and later (streaming protocol §5.2). The numeric versions of the
/// older ones are turned into it.
public struct Capabilities: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let v1 = Capabilities(rawValue: 1 << 3)
    public static let v2 = Capabilities(rawValue: 1 << 4)
    public static let vn = Capabilities(rawValue: 1 << 5)
    /// The number that is exchanged is a mask.
    public static let mask = Capabilities(rawValue: 1 << 6)
    public static let hostLabels = Capabilities(rawValue: 1 << 7)
    public static let claim = Capabilities(rawValue: 1 << 8)
    public static let chartLabels = Capabilities(rawValue: 1 << 9)
    public static let lz4 = Capabilities(rawValue: 1 << 10)
    public static let functions = Capabilities(rawValue: 1 << 11)
    public static let replication = Capabilities(rawValue: 1 << 12)
    /// Frames may end within a line.
    public static let binary = Capabilities(rawValue: 1 << 13)

    /// What we offer and accept: 14328 with replication, 13304 without LZ4; 10232 and 9208 without replication (streaming
    /// protocol §5.4).
    public static func own(compression: Bool = true, replication: Bool = false) -> Capabilities {
        var own: Capabilities = [.v1, .v2, .vn, .mask, .hostLabels, .claim, .chartLabels, .binary]
        if compression { own.insert(.lz4) }
        if replication { own.insert(.replication) }
        return own
    }
}

extension Capabilities {
    /// What a number means, before anything of ours is taken into account (streaming protocol §5.2, steps 1 and 2).
    init(number: UInt32) {
        let old: Capabilities = [.vn, .hostLabels, .claim]
        var meant: Capabilities =
            switch number {
            case 0...1: .v1
            case 2: [.v2, .hostLabels]
            case 3: old
            case 4: old.union(.chartLabels)
            case 5: old.union([.chartLabels, .lz4])
            // No bit below 8 is ever used, so that a mask can't be taken for a version.
            case 6...7: .v1
            default: Capabilities(rawValue: number)
            }
        if meant.contains(.mask) {
            meant.subtract([.v1, .v2, .vn])
        } else if meant.contains(.vn) {
            meant.subtract([.v1, .v2])
        } else if meant.contains(.v2) {
            meant.subtract(.v1)
        }
        self = meant
    }

    /// The version of a session that was agreed by number, `nil` where it was agreed by mask.
    public var version: Int? {
        if contains(.mask) { return nil }
        guard contains(.vn) else { return contains(.v2) ? 2 : 0 }
        if contains(.lz4) { return 5 }
        return contains(.chartLabels) ? 4 : 3
    }

    /// How lines are packed, not what they say.
    public static let framing: Capabilities = [.lz4, .binary]

    /// Whether compressed frames may come: after an old version number they may whatever was agreed
    /// (streaming protocol §6, "Who reads what").
    public var mayCarryFrames: Bool { contains(.lz4) || !contains(.mask) }

    /// How long a line to this peer may be, its newline included (streaming protocol §7).
    public var lineLimit: Int { contains(.mask) ? LineLimit.parent137 : LineLimit.oldParent }

    /// The names as the original's log has them: each followed by a space.
    public var logNames: String {
        Capabilities.names.enumerated().reduce(into: "") { text, entry in
            let (bit, name) = (UInt32(entry.offset) + 3, entry.element)
            if !name.isEmpty, rawValue & 1 << bit != 0 { text += name + " " }
        }
    }

    /// From bit 3 on; bit 17 has retired without a name.
    private static let names = [
        "V1", "V2", "VN", "VCAPS", "HLABELS", "CLAIM", "CLABELS", "COMPRESSION", "FUNCTIONS", "REPLICATION", "BINARY",
        "INTERPOLATED", "IEEE754", "ML", "", "SLOTS", "ZSTD", "GZIP", "BROTLI", "PROGRESS", "DYNCFG", "NODEID", "PATHS",
        "MLMODELS", "FLOATBASELINE", "FUNCDEL",
    ]
}
