import Store

/// The parameters of `badge.svg` (web API §9).
struct BadgeRequest: Sendable {
    enum Refresh: Sendable, Equatable {
        case never
        /// As often as the value can change.
        case auto
        case seconds(Int64)
    }

    /// What is queried where no alarm is named: one row.
    var query: QueryParameters
    /// Whether the window's begin is left to us: one collection in front of its end.
    let isLatest: Bool
    var alarm: String?
    var label: String?
    var units: String?
    var labelColor: String?
    var valueColor: String?
    var labelTextColor: String?
    var valueTextColor: String?
    var multiply: Int64 = 1
    var divide: Int64 = 1
    /// Decimals; `nil`: as the value needs.
    var precision: Int?
    /// 1 and more.
    var scale = 1.0
    /// Pixels of label and value; `nil`: as wide as they are.
    var fixedWidths: (label: Double, value: Double)?
    var refresh = Refresh.never

    /// The most that a picture is enlarged, in percent, and the widest that half of it is made.
    static let scaleLimit: Int64 = 10_000
    static let widthLimit: Int64 = 10_000
    /// Seconds.
    static let refreshLimit: Int64 = 365 * 86_400

    init(_ parameters: [(name: String, value: String)]) {
        query = QueryParameters(parameters)
        let names = Set(parameters.map(\.name))
        isLatest = !names.contains("after")
        if isLatest { query.after = 0 }
        if !names.contains("points") { query.points = 1 }
        var widths: (label: Int64, value: Int64) = (0, 0)
        for (name, value) in parameters {
            switch name {
            case "alarm": alarm = value
            case "label": label = value
            case "units": units = value
            case "label_color": labelColor = value
            case "value_color": valueColor = value
            case "text_color_lbl": labelTextColor = value
            case "text_color_val": valueTextColor = value
            case "multiply": multiply = leadingInteger(value)
            case "divide": divide = leadingInteger(value)
            case "precision":
                let number = leadingInteger(value)
                precision = number < 0 ? nil : Int(min(number, 7))
            case "scale": scale = Double(min(max(leadingInteger(value), 100), Self.scaleLimit)) / 100
            case "fixed_width_lbl": widths.label = min(leadingInteger(value), Self.widthLimit)
            case "fixed_width_val": widths.value = min(leadingInteger(value), Self.widthLimit)
            case "refresh":
                let seconds = min(Int64(leadingInteger(value).magnitude), Self.refreshLimit)
                refresh = value == "auto" ? .auto : seconds > 0 ? .seconds(seconds) : .never
            default: break
            }
        }
        if multiply == 0 { multiply = 1 }
        if divide == 0 { divide = 1 }
        if widths.label > 0, widths.value > 0 { fixedWidths = (Double(widths.label), Double(widths.value)) }
    }

    /// The dimensions as they were asked for, between `|`.
    var dimensions: String? { query.dimensions.isEmpty ? nil : String(query.dimensions.dropFirst()) }
}
