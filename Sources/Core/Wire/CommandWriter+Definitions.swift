#if canImport(Glibc)
import Glibc
#endif

/// What a CHART line says (streaming protocol §8.1).
public struct ChartLine: Sendable, Equatable {
    /// `type.id`.
    public var id: String
    /// The full name, `type.name`; the id where it has no other.
    public var name: String
    public var title: String
    public var units: String
    public var family: String
    public var context: String
    /// `line`, `area` or `stacked`.
    public var type: String
    public var priority: Int
    public var updateEvery: Int
    public var plugin: String
    public var module: String
    public var isObsolete = false
    public var hasDetail = false
    public var storesFirst = false
    public var isHidden = false

    public init(
        id: String,
        name: String,
        title: String,
        units: String,
        family: String,
        context: String,
        type: String,
        priority: Int,
        updateEvery: Int,
        plugin: String,
        module: String
    ) {
        self.id = id
        self.name = name
        self.title = title
        self.units = units
        self.family = family
        self.context = context
        self.type = type
        self.priority = priority
        self.updateEvery = updateEvery
        self.plugin = plugin
        self.module = module
    }
}

/// What a DIMENSION line says (streaming protocol §8.3).
public struct DimensionLine: Sendable, Equatable {
    public var id: String
    public var name: String
    /// `absolute`, `incremental`, `percentage-of-absolute-row` or `percentage-of-incremental-row`.
    public var algorithm: String
    public var multiplier: Int64
    public var divisor: Int64
    public var isObsolete = false
    public var isHidden = false
    /// A decreasing counter is no overflow.
    public var ignoresReset = false

    public init(id: String, name: String, algorithm: String, multiplier: Int64, divisor: Int64) {
        self.id = id
        self.name = name
        self.algorithm = algorithm
        self.multiplier = multiplier
        self.divisor = divisor
    }
}

extension CommandWriter {
    /// Whose variable it is (streaming protocol §8.5).
    public enum Scope: Sendable {
        case host
        case chart
    }

    /// CHART. Title, family, units, module and plugin, in this order, give way where the line gets too long for the peer.
    public func chart(_ chart: ChartLine, to bytes: inout [UInt8]) {
        let start = bytes.count
        write(chart, to: &bytes)
        var excess = excess(since: start, bytes)
        guard excess > 0 else { return }
        var shorter = chart
        for text in [\ChartLine.title, \.family, \.units, \.module, \.plugin] where excess > 0 {
            excess -= shorten(&shorter[keyPath: text], by: excess)
        }
        bytes.removeLast(bytes.count - start)
        write(shorter, to: &bytes)
    }

    /// DIMENSION. The name gives way where the line gets too long.
    public func dimension(_ dimension: DimensionLine, to bytes: inout [UInt8]) {
        let start = bytes.count
        write(dimension, to: &bytes)
        let excess = excess(since: start, bytes)
        guard excess > 0 else { return }
        var shorter = dimension
        _ = shorten(&shorter.name, by: excess)
        bytes.removeLast(bytes.count - start)
        write(shorter, to: &bytes)
    }

    /// CLABEL, for a peer that knows chart labels. ``commitChartLabels(to:)`` follows the last one.
    public func chartLabel(_ key: String, _ value: String, source: UInt32, to bytes: inout [UInt8]) {
        guard capabilities.contains(.chartLabels) else { return }
        fitting(value, &bytes) { value, bytes in
            CommandWriter.append("CLABEL ", to: &bytes)
            CommandWriter.appendQuoted(key, to: &bytes)
            CommandWriter.append(" ", to: &bytes)
            CommandWriter.appendQuoted(value, to: &bytes)
            CommandWriter.append(" ", to: &bytes)
            CommandWriter.appendNumber(Int64(source), end: newline, to: &bytes)
        }
    }

    public func commitChartLabels(to bytes: inout [UInt8]) {
        guard capabilities.contains(.chartLabels) else { return }
        CommandWriter.append("CLABEL_COMMIT\n", to: &bytes)
    }

    /// LABEL, for a peer that knows host labels. The value is always quoted, which every parent understands.
    /// ``overwriteLabels(to:)`` follows the last one.
    public func label(_ key: String, _ value: String, source: UInt32, to bytes: inout [UInt8]) {
        guard capabilities.contains(.hostLabels) else { return }
        fitting(value, &bytes) { value, bytes in
            CommandWriter.append("LABEL ", to: &bytes)
            CommandWriter.appendQuoted(key, to: &bytes)
            CommandWriter.append(" = ", to: &bytes)
            CommandWriter.appendNumber(Int64(source), end: 0x20, to: &bytes)
            CommandWriter.appendQuoted(value, to: &bytes)
            CommandWriter.append("\n", to: &bytes)
        }
    }

    public func overwriteLabels(to bytes: inout [UInt8]) {
        guard capabilities.contains(.hostLabels) else { return }
        CommandWriter.append("OVERWRITE labels\n", to: &bytes)
    }

    /// CLAIMED_ID, for a peer that knows it. `claim` is `nil` for a host that isn't claimed.
    public func claimedID(machineGUID: String, claim: String?, to bytes: inout [UInt8]) {
        guard capabilities.contains(.claim) else { return }
        CommandWriter.append("CLAIMED_ID ", to: &bytes)
        bytes += machineGUID.utf8
        CommandWriter.append(" ", to: &bytes)
        bytes += (claim ?? "NULL").utf8
        CommandWriter.append("\n", to: &bytes)
    }

    /// VARIABLE, with seven decimals. A value that is no number can't be said and is left out.
    public func variable(_ scope: Scope, _ name: String, _ value: Double, to bytes: inout [UInt8]) {
        guard value.isFinite else { return }
        CommandWriter.append(scope == .host ? "VARIABLE HOST " : "VARIABLE CHART ", to: &bytes)
        CommandWriter.appendBare(name, to: &bytes)
        CommandWriter.append(" = ", to: &bytes)
        CommandWriter.appendSevenDecimals(value, to: &bytes)
        CommandWriter.append("\n", to: &bytes)
    }
}

extension CommandWriter {
    private func write(_ chart: ChartLine, to bytes: inout [UInt8]) {
        CommandWriter.append("CHART ", to: &bytes)
        for text in [
            chart.id, CommandWriter.nameOnWire(chart), chart.title, chart.units, chart.family, chart.context,
            chart.type,
        ] {
            CommandWriter.appendQuoted(text, to: &bytes)
            CommandWriter.append(" ", to: &bytes)
        }
        CommandWriter.appendNumber(Int64(chart.priority), end: 0x20, to: &bytes)
        CommandWriter.appendNumber(Int64(chart.updateEvery), end: 0x20, to: &bytes)
        // An option that isn't set is empty, its blank stays.
        CommandWriter.append(chart.isObsolete ? "\"obsolete " : "\" ", to: &bytes)
        CommandWriter.append(chart.hasDetail ? "detail " : " ", to: &bytes)
        CommandWriter.append(chart.storesFirst ? "store_first " : " ", to: &bytes)
        CommandWriter.append(chart.isHidden ? "hidden\" " : "\" ", to: &bytes)
        CommandWriter.appendQuoted(chart.plugin, to: &bytes)
        CommandWriter.append(" ", to: &bytes)
        CommandWriter.appendQuoted(chart.module, to: &bytes)
        CommandWriter.append("\n", to: &bytes)
    }

    private func write(_ dimension: DimensionLine, to bytes: inout [UInt8]) {
        CommandWriter.append("DIMENSION ", to: &bytes)
        for text in [dimension.id, dimension.name, dimension.algorithm] {
            CommandWriter.appendQuoted(text, to: &bytes)
            CommandWriter.append(" ", to: &bytes)
        }
        CommandWriter.appendNumber(dimension.multiplier, end: 0x20, to: &bytes)
        CommandWriter.appendNumber(dimension.divisor, end: 0x20, to: &bytes)
        CommandWriter.append(dimension.isObsolete ? "\"obsolete " : "\" ", to: &bytes)
        CommandWriter.append(dimension.isHidden ? "hidden " : " ", to: &bytes)
        CommandWriter.append(dimension.ignoresReset ? "noreset\"\n" : "\"\n", to: &bytes)
    }

    /// The part after the first dot, empty where the name is the id: the parent puts the id's type in front again.
    private static func nameOnWire(_ chart: ChartLine) -> String {
        guard chart.name != chart.id else { return "" }
        return chart.name.firstIndex(of: ".").map { String(chart.name[chart.name.index(after: $0)...]) } ?? chart.name
    }

    /// Writes a line, and once more with a shorter value if it got too long for the peer.
    private func fitting(_ value: String, _ bytes: inout [UInt8], _ write: (String, inout [UInt8]) -> Void) {
        let start = bytes.count
        write(value, &bytes)
        let excess = excess(since: start, bytes)
        guard excess > 0 else { return }
        var shorter = value
        _ = shorten(&shorter, by: excess)
        bytes.removeLast(bytes.count - start)
        write(shorter, &bytes)
    }

    /// How many bytes the line is too long for the peer: it has to be shorter than the limit.
    private func excess(since start: Int, _ bytes: [UInt8]) -> Int {
        bytes.count - start - (capabilities.lineLimit - 1)
    }

    /// Cuts at least `excess` bytes off the end, or all there are, and never through a character.
    private func shorten(_ text: inout String, by excess: Int) -> Int {
        let before = text.utf8.count
        while before - text.utf8.count < excess, !text.isEmpty { text.unicodeScalars.removeLast() }
        return before - text.utf8.count
    }

    /// Outside quotes neither blanks nor `=` may be in a name.
    private static func appendBare(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case 0...0x20, UInt8(ascii: "="), doubleQuote, UInt8(ascii: "'"), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "_"))
            default: bytes.append(byte)
            }
        }
    }

    static func appendSevenDecimals(_ value: Double, to bytes: inout [UInt8]) {
        appendDecimals(value, [7], to: &bytes)
    }

    /// As many decimals as it takes to read the same number again, seven at least. The 27th and those behind it are left.
    static func appendAllDecimals(_ value: Double, to bytes: inout [UInt8]) {
        appendDecimals(value, [7, 17, 26], to: &bytes)
    }

    /// The first of these numbers of decimals that loses nothing; else the last one.
    private static func appendDecimals(_ value: Double, _ choices: [Int32], to bytes: inout [UInt8]) {
        // The longest double has 309 digits before the point.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 352) { buffer in
            guard let text = buffer.baseAddress else { return }
            for decimals in choices {
                let count = withVaList([decimals, value]) { vsnprintf(text, buffer.count, "%.*f", $0) }
                guard decimals == choices.last || strtod(text, nil) == value else { continue }
                buffer.prefix(Int(count)).withMemoryRebound(to: UInt8.self) { bytes.append(contentsOf: $0) }
                return
            }
        }
    }
}
