/// The words of the parameter `options` (web API §7.2).
public struct QueryOptions: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Leave out dimensions that are zero or null all along.
    public static let nonzero = QueryOptions(rawValue: 1 << 0)
    /// Oldest row first.
    public static let flip = QueryOptions(rawValue: 1 << 1)
    public static let jsonwrap = QueryOptions(rawValue: 1 << 2)
    /// A row's value is max − min instead of the sum.
    public static let min2max = QueryOptions(rawValue: 1 << 3)
    public static let milliseconds = QueryOptions(rawValue: 1 << 4)
    public static let absolute = QueryOptions(rawValue: 1 << 5)
    public static let displayAbsolute = QueryOptions(rawValue: 1 << 6)
    public static let seconds = QueryOptions(rawValue: 1 << 7)
    public static let null2zero = QueryOptions(rawValue: 1 << 8)
    public static let objectRows = QueryOptions(rawValue: 1 << 9)
    public static let googleJSON = QueryOptions(rawValue: 1 << 10)
    public static let percentage = QueryOptions(rawValue: 1 << 11)
    /// Rows end where the request does, not at multiples of their length.
    public static let unaligned = QueryOptions(rawValue: 1 << 12)
    public static let matchIDs = QueryOptions(rawValue: 1 << 13)
    public static let matchNames = QueryOptions(rawValue: 1 << 14)
    public static let anomalyBit = QueryOptions(rawValue: 1 << 15)
    public static let selectedTier = QueryOptions(rawValue: 1 << 16)
    public static let raw = QueryOptions(rawValue: 1 << 17)
    public static let anomalyRates = QueryOptions(rawValue: 1 << 18)
    public static let naturalPoints = QueryOptions(rawValue: 1 << 19)
    public static let virtualPoints = QueryOptions(rawValue: 1 << 20)
    public static let allDimensions = QueryOptions(rawValue: 1 << 21)

    /// Reads the words between `,`, `|` and blanks; unknown ones are ignored.
    public init(words: String) {
        self = []
        for word in words.split(whereSeparator: { $0 == "," || $0 == "|" || $0 == " " }) {
            if let option = Self.spellings.first(where: { $0.spelling == word })?.option { insert(option) }
        }
    }

    /// The names as a reply lists them, separated by commas.
    public var names: String {
        Self.listed.filter { contains($0.option) }.map(\.name).joined(separator: ",")
    }

    private static let listed: [(option: QueryOptions, name: String)] = [
        (.nonzero, "nonzero"), (.flip, "flip"), (.jsonwrap, "jsonwrap"), (.min2max, "min2max"), (.milliseconds, "ms"),
        (.absolute, "abs"), (.displayAbsolute, "display_absolute"), (.seconds, "seconds"), (.null2zero, "null2zero"),
        (.objectRows, "objectrows"), (.googleJSON, "google_json"), (.percentage, "percentage"),
        (.unaligned, "unaligned"), (.matchIDs, "match_ids"), (.matchNames, "match_names"), (.anomalyBit, "anomaly-bit"),
        (.selectedTier, "selected-tier"), (.raw, "raw"), (.anomalyRates, "jw-anomaly-rates"),
        (.naturalPoints, "natural-points"), (.virtualPoints, "virtual-points"), (.allDimensions, "all-dimensions"),
    ]

    private static let spellings: [(spelling: String, option: QueryOptions)] =
        listed.map { ($0.name, $0.option) } + [
            ("reversed", .flip), ("reverse", .flip), ("milliseconds", .milliseconds), ("absolute", .absolute),
            ("absolute_sum", .absolute), ("absolute-sum", .absolute), ("google-json", .googleJSON),
            ("match-ids", .matchIDs), ("match-names", .matchNames), ("display-absolute", .displayAbsolute),
        ]
}
