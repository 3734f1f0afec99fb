import Basics
import Store

/// What `contexts` and `context` are asked for (web API §8.4).
struct ContextsRequest: Sendable {
    struct Options: OptionSet, Sendable {
        let rawValue: UInt16

        static let charts = Options(rawValue: 1)
        static let dimensions = Options(rawValue: 2)
        static let labels = Options(rawValue: 4)
        static let queue = Options(rawValue: 8)
        static let flags = Options(rawValue: 16)
        static let uuids = Options(rawValue: 32)
        /// What nothing is stored of and nothing comes of too.
        static let deleted = Options(rawValue: 64)
        /// Charts that are not for people too.
        static let hidden = Options(rawValue: 128)
        static let full: Options = [.charts, .dimensions, .labels, .queue, .flags, .uuids, .deleted, .hidden]

        /// Words between commas, bars and blanks; those that mean nothing here are ignored.
        init(words: String) {
            self = []
            for word in words.split(whereSeparator: { $0 == "," || $0 == "|" || $0 == " " }) {
                switch word {
                case "full", "all": formUnion(.full)
                case "charts", "instances": insert(.charts)
                case "dimensions", "metrics": formUnion([.charts, .dimensions])
                case "labels": formUnion([.charts, .labels])
                case "queue": insert(.queue)
                case "flags": insert(.flags)
                case "uuids": insert(.uuids)
                case "deleted": insert(.deleted)
                case "hidden": insert(.hidden)
                // `deepscan`: there is nothing here that is not looked at anyway.
                default: break
                }
            }
        }

        init(rawValue: UInt16) { self.rawValue = rawValue }
    }

    /// The one that is meant; for `context`.
    var context: String?
    var options: Options = []
    /// Unix seconds between which something must be there; `nil` for no bounds.
    private var window: (after: Int64, before: Int64)?
    private var labelKeys: SimplePattern?
    private var labels: SimplePattern?
    private var dimensions: SimplePattern?

    /// - Parameter now: Unix seconds.
    init(_ parameters: [(name: String, value: String)], now: Int64) {
        var (after, before): (Int64, Int64) = (0, 0)
        // Of several all count, as in queries.
        var dimensionWords = ""
        for (name, value) in parameters {
            switch name {
            case "context", "ctx": context = value
            case "options": options.formUnion(Options(words: value))
            case "after": after = leadingInteger(value)
            case "before": before = leadingInteger(value)
            case "chart_label_key": labelKeys = dimensionPattern(value)
            case "chart_labels_filter": labels = dimensionPattern(value)
            case "dimension", "dim", "dimensions", "dims": dimensionWords += "|" + value
            default: break
            }
        }
        // As in queries where both are given; one alone is a time as it stands, so that a relative one says nothing of use.
        if after != 0, before != 0 {
            window = TimeGrid.absolute(after: after, before: before, now: now - 1)
        } else if after != 0 || before != 0 {
            window = (after == 0 ? .min : after, before == 0 ? .max : before)
        }
        dimensions = dimensionPattern(dimensionWords)
        // Who chooses charts or dimensions wants to see them.
        if labels != nil || labelKeys != nil { options.insert(.charts) }
        if dimensions != nil { options.formUnion([.charts, .dimensions]) }
    }

    // MARK: What is meant

    /// Whether anything of it may lie within the window.
    func isWithin(first: Int64, last: Int64) -> Bool {
        window.map { first <= $0.before && last >= $0.after } ?? true
    }

    func includes(_ chart: ChartDefinition) -> Bool {
        if chart.options.contains(.hidden), !options.contains(.hidden) { return false }
        if let labelKeys, !chart.labels.contains(where: { labelKeys.matches($0.key) }) { return false }
        if let labels, !chart.labels.contains(where: { labels.matches("\($0.key):\($0.value)") }) { return false }
        return true
    }

    func includes(_ dimension: DimensionDefinition) -> Bool {
        guard let dimensions else { return true }
        return dimensions.matches(dimension.id) || dimensions.matches(dimension.name)
    }

    /// Whether anything but the time decides what is shown.
    var selectsDimensions: Bool { dimensions != nil }
}
