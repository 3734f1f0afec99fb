/// What a query asks for (web API §7.1): all of `/api/v1/data` but the shape of the answer.
public struct QueryParameters: Sendable, Equatable {
    /// One chart's id or name, or a pattern of either.
    public var chart = ""
    /// A pattern over contexts; queries all their charts together.
    public var context = ""
    /// The patterns of the dimensions as the request gave them, each after a `|`. Empty: all.
    public var dimensions = ""
    /// Absolute time, or seconds relative to `before`.
    public var after: Int64 = -600
    /// Absolute time, or seconds relative to now.
    public var before: Int64 = 0
    /// Rows wanted; 0 for one per stored point.
    public var points: Int64 = 0
    public var grouping = Grouping.average
    public var groupOptions = ""
    /// Resampling time in seconds (`gtime`).
    public var resampling: Int64 = 0
    public var options: QueryOptions = []
    /// Milliseconds the answer may take; 0 for no limit.
    public var timeout: Int64 = 0
    public var labelKeys = ""
    public var labelFilter = ""
    /// The tier to read, whatever would be best (web API §7.7); nil leaves the choice.
    public var tier: Int64?

    public init() {}

    /// Reads the parameters it knows; empty names and values and all other names are ignored.
    public init(_ parameters: some Sequence<(name: String, value: String)>) {
        for (name, value) in parameters where !value.isEmpty {
            switch name {
            case "chart": chart = value
            case "context": context = value
            case "dimension", "dim", "dimensions", "dims": dimensions += "|" + value
            case "after": after = leadingInteger(value)
            case "before": before = leadingInteger(value)
            case "points":
                let number = leadingInteger(value)
                points = number < 0 ? Self.largestNumber : number
            case "group": grouping = Grouping(named: value)
            case "group_options": groupOptions = value
            case "gtime": resampling = max(0, leadingInteger(value))
            case "options": options.formUnion(QueryOptions(words: value))
            case "timeout": timeout = max(0, leadingInteger(value))
            case "chart_label_key": labelKeys = value
            case "chart_labels_filter": labelFilter = value
            case "tier": tier = max(0, leadingInteger(value))
            case "show_dimensions": options.insert(.allDimensions)
            default: break
            }
        }
    }

    /// What a number of a request is cut to: far beyond any use, and far from overflowing.
    static let largestNumber: Int64 = 1_000_000_000_000_000

    /// Whether a time is meant relative to another: up to three years of seconds (web API §7.1).
    public static func isRelative(_ time: Int64) -> Bool { time.magnitude <= 3 * 365 * 86_400 }

    /// A request whose both ends are fixed always has the same answer.
    public var isRelative: Bool { Self.isRelative(after) || Self.isRelative(before) }
}

/// What bounds the work of one query.
public struct QueryLimits: Sendable {
    /// Rows asked for, at most. To spread them evenly over the window, half as many more may come out (web API §7.3).
    public var rows: Int64 = 86_400
    /// Values of an answer: rows × dimensions.
    public var values = 5_000_000
    /// Stored points to be read, over all dimensions.
    public var storedPoints = 50_000_000
    /// Patterns of dimensions.
    public var patterns = 1000
    /// Seconds that `gtime` is cut to.
    public var resampling: Int64 = 366 * 86_400

    public init() {}
}

/// An optional sign and the decimal digits a text starts with, cut to ±10^15; anything else is 0.
public func leadingInteger(_ text: String) -> Int64 {
    var bytes = text.utf8[...]
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { bytes.removeFirst() }
    var number: Int64 = 0
    for byte in bytes {
        let digit = byte &- 48
        guard digit <= 9 else { break }
        number = min(number * 10 + Int64(digit), QueryParameters.largestNumber)
    }
    return isNegative ? -number : number
}
