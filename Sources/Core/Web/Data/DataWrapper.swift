import Basics
import Store

/// The head and the end that `jsonwrap` puts around an answer (web API §7.6).
struct DataWrapper {
    let request: DataRequest
    let result: QueryResult
    let hostname: String
    let storageTiers: Int
    private var bytes: [UInt8] = []

    init(request: DataRequest, result: QueryResult, hostname: String, storageTiers: Int) {
        self.request = request
        self.result = result
        self.hostname = hostname
        self.storageTiers = storageTiers
    }

    private var plan: QueryPlan { result.plan }
    private var grid: TimeGrid { result.plan.grid }
    /// google_json: JavaScript's notation instead of JSON's.
    private var isGoogle: Bool { request.query.options.contains(.googleJSON) }
    private var quote: Unicode.Scalar { isGoogle ? "'" : "\"" }

    mutating func printHead(_ table: DataTable, to output: inout [UInt8]) {
        let id = queryID
        let dimensions = result.columns.map(\.dimension)
        bytes.append("{\n")
        number("api", 1)
        text("id", id)
        text("name", id)
        number("view_update_every", grid.step)
        number("update_every", plan.updateEvery)
        number("first_entry", plan.first)
        number("last_entry", plan.last)
        number("before", grid.before)
        number("after", grid.firstRow - grid.step + grid.granularity)
        text("group", request.query.grouping.name)
        var options = plan.parameters.options
        options.subtract([.naturalPoints, .virtualPoints])
        options.insert(grid.isNatural ? .naturalPoints : .virtualPoints)
        text("options", options.names)
        texts("dimension_names", dimensions.isEmpty ? ["no data"] : dimensions.map(\.name))
        texts("dimension_ids", dimensions.isEmpty ? ["no data"] : dimensions.map(\.id))
        if options.contains(.allDimensions) { printEverything() }
        member("functions")
        bytes.append("[],\n")
        if !plan.isSingleChart { printCharts() }
        numbers("latest_values", dimensions.map(\.latest))
        numbers("view_latest_values", result.columns.map { $0.rows.last }, as: request.query.options)
        number("dimensions", dimensions.count)
        number("points", result.rowCount)
        text("format", request.format.name)
        member("db_points_per_tier")
        bytes.append("[ ")
        for tier in 0..<max(storageTiers, result.pointsPerTier.count) {
            if tier > 0 { bytes.append(", ") }
            bytes.append(number: result.pointsPerTier.indices.contains(tier) ? result.pointsPerTier[tier] : 0)
        }
        bytes.append(" ],\n")
        member("result")
        output += bytes
        bytes.removeAll()
    }

    mutating func printTail(_ extremes: (least: Double, most: Double), to output: inout [UInt8]) {
        bytes.append(",\n ")
        key("min")
        bytes.append(decimal: extremes.least)
        bytes.append(",\n ")
        key("max")
        bytes.append(decimal: extremes.most)
        bytes.append("\n}\n")
        output += bytes
        bytes.removeAll()
    }

    /// What was asked, as one line.
    private var queryID: String {
        let query = plan.parameters
        var id =
            plan.isSingleChart
            ? "chart://host:\(hostname)/instance:\(plan.parts[0].chart.name)"
            : "context://host:\(hostname)/contexts:\(orStar(query.context))/instances:\(orStar(query.chart))"
        id += "/dimensions:\(orStar(query.dimensions))/after:\(query.after)/before:\(query.before)"
        id += "/points:\(query.points)/group:\(query.grouping.name)\(query.groupOptions)/options:\(query.options.names)"
        if query.resampling > 1 { id += "/resampling:\(query.resampling)" }
        if let tier = plan.fixedTier { id += "/tier:\(tier)" }
        return id
    }

    private func orStar(_ text: String) -> String { text.isEmpty ? "*" : text }

    /// All dimensions, charts and labels that were looked at, shown or not, each once.
    private mutating func printEverything() {
        let charts = plan.candidates
        pairs("full_dimension_list", once(charts.flatMap(\.dimensions).map { ($0.id, $0.name) }), separator: ",")
        pairs("full_chart_list", charts.map { ($0.id, $0.name) }, separator: ",")
        pairs("full_chart_labels", once(charts.flatMap(\.labels).map { ($0.key, $0.value) }), separator: ", ")
    }

    private func once(_ pairs: [(String, String)]) -> [(String, String)] {
        var seen: Set<[String]> = []
        return pairs.filter { seen.insert([$0.0, $0.1]).inserted }
    }

    private mutating func pairs(_ name: String, _ list: [(String, String)], separator: StaticString) {
        member(name)
        bytes.append("[")
        for (index, pair) in list.enumerated() {
            bytes.append(index > 0 ? ",[" : "[")
            bytes.append(quoted: pair.0)
            bytes.append(separator)
            bytes.append(quoted: pair.1)
            bytes.append("]")
        }
        bytes.append("],\n")
    }

    /// Whose the columns are, where they are not all one chart's.
    private mutating func printCharts() {
        let charts = result.columns.map { plan.parts[$0.part].chart }
        texts("chart_ids", charts.map(\.id))
        let keys = plan.labelKeys
        guard !keys.isEmpty else { return }
        member("chart_labels")
        bytes.append("{ ")
        for (index, name) in keys.enumerated() {
            if index > 0 { bytes.append(", ") }
            if isGoogle { bytes.append(text: name) } else { bytes.append(quoted: name) }
            bytes.append(" : [")
            for (column, chart) in charts.enumerated() {
                if column > 0 { bytes.append(", ") }
                let value = chart.labels.first { $0.key == name }?.value
                if let value { bytes.append(quoted: value, quote: quote) } else { bytes.append("null") }
            }
            bytes.append("]")
        }
        bytes.append("},\n")
    }
}

/// Members of the wrapper's object.
extension DataWrapper {
    private mutating func member(_ name: String) {
        bytes.append("   ")
        key(name)
    }

    private mutating func key(_ name: String) {
        if isGoogle { bytes.append(text: name) } else { bytes.append(quoted: name) }
        bytes.append(": ")
    }

    private mutating func number(_ name: String, _ value: some BinaryInteger) {
        member(name)
        bytes.append(number: value)
        bytes.append(",\n")
    }

    private mutating func text(_ name: String, _ value: String) {
        member(name)
        bytes.append(quoted: value, quote: quote)
        bytes.append(",\n")
    }

    private mutating func texts(_ name: String, _ values: [String]) {
        member(name)
        bytes.append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(", ") }
            bytes.append(quoted: value, quote: quote)
        }
        bytes.append("],\n")
    }

    private mutating func numbers(_ name: String, _ values: [Double], as options: QueryOptions = []) {
        member(name)
        bytes.append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(", ") }
            let shown = value.isNaN && options.contains(.null2zero) ? 0 : value
            bytes.append(decimal: options.contains(.absolute) && !shown.isNaN ? shown.magnitude : shown)
        }
        bytes.append("],\n")
    }
}
