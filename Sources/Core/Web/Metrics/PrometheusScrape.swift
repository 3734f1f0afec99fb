import Basics
import Store

/// The charts of one host in a scrape (exporting §7).
///
/// A line is the same from one scrape to the next but for its value and its time, and alike for all dimensions of a chart: what
/// they have in common is written once for a chart, as bytes.
struct PrometheusScrape {
    private let request: PrometheusRequest
    /// Unix seconds of former visits, and of this one.
    private let visits: [Int64]
    private let before: Int64
    private var after: Int64 { visits[visits.count - 1] }
    /// From the end of a dimension's name to the value: closes the labels, with the one that tells hosts apart.
    private var labelsEnd: [UInt8] = []

    /// - Parameter instance: the host's name, where several answer.
    init(_ request: PrometheusRequest, instance: String?, visits: [Int64], before: Int64) {
        self.request = request
        self.visits = visits
        self.before = before
        labelsEnd.append("\"")
        if let instance {
            labelsEnd.append(",instance=\"")
            labelsEnd.append(text: PrometheusName.escaped(instance))
            labelsEnd.append("\"")
        }
        labelsEnd.append("} ")
    }

    /// What is needed of each chart.
    var subject: ChartReading.Subject {
        request.source == .asCollected
            ? .collected
            : request.sumsUp ? .sum(visits: visits, before: before) : .average(visits: visits, before: before)
    }

    /// - Parameter points: copies a chart's points of a time frame, where the averages are not known yet.
    func print(_ chart: ChartReading, to body: inout [UInt8], points: (Int64, Int64) -> StoredPoints) {
        if request.hasHelp {
            body.append(
                text: "\n# COMMENT homogeneous chart \"\(shown(chart.name, chart.id))\", context "
                    + "\"\(PrometheusName.escaped(chart.context))\", family "
                    + "\"\(PrometheusName.escaped(chart.family))\", units "
                    + "\"\(PrometheusName.escaped(chart.units))\"\n"
            )
        }
        switch chart.numbers {
        case .none, .latest: break
        case .collected(let numbers): printCollected(chart, numbers, to: &body)
        case .stored(let numbers): printStored(chart, numbers, to: &body)
        case .elsewhere(let isTold):
            guard let window = chart.window else { break }
            let columns = points(window.from, window.through).columns
            let number = request.sumsUp ? StoredWindow.sum : StoredWindow.average
            printStored(chart, zip(columns, isTold).map { $1 ? number($0) ?? .nan : .nan }, to: &body)
        }
    }

    /// A name or an id, as the request likes it, and as a label's value may hold it.
    private func shown(_ name: String, _ id: String) -> String {
        PrometheusName.escaped(request.usesNames ? name : id)
    }

    /// What a chart's metrics are called, without what tells their kinds apart.
    private func metric(_ chart: ChartReading) -> [UInt8] {
        var metric: [UInt8] = []
        metric.reserveCapacity(200)
        metric.append(text: request.prefix)
        metric.append("_")
        metric.append(cleaned: chart.context)
        return metric
    }

    /// All of a line in front of its dimension's name.
    private func lineStart(_ metric: [UInt8], _ ending: StaticString, _ chart: ChartReading) -> [UInt8] {
        var start = metric
        start.append(ending)
        start.append("{chart=\"")
        start.append([], label: request.usesNames ? chart.name : chart.id, [])
        start.append("\",family=\"")
        start.append([], label: chart.family, [])
        start.append("\",dimension=\"")
        return start
    }

    /// The last integers as they came, with the milliseconds at which they came.
    private func printCollected(_ chart: ChartReading, _ numbers: [Int64?], to body: inout [UInt8]) {
        guard chart.lastActive / 1_000_000 >= after else { return }
        let metric = metric(chart)
        let starts = (gauge: lineStart(metric, "", chart), counter: lineStart(metric, "_total", chart))
        let end = lineEnd(chart.lastActive / 1000)
        chart.dimensions.withUnsafeBufferPointer { dimensions in
            for index in 0..<min(numbers.count, dimensions.count) {
                guard let number = numbers[index] else { continue }
                let algorithm = dimensions[index].algorithm
                let isCounter = algorithm == .incremental || algorithm == .percentageOfIncrementalRow
                if request.hasHelp || request.hasTypes {
                    explain(chart, dimensions[index], metric, isCounter: isCounter, to: &body)
                }
                let name = request.usesNames ? dimensions[index].name : dimensions[index].id
                body.append(isCounter ? starts.counter : starts.gauge, label: name, labelsEnd)
                body.append(number: number)
                body += end
            }
        }
    }

    /// The lines in front of one of what was collected.
    private func explain(
        _ chart: ChartReading,
        _ dimension: DimensionDefinition,
        _ metric: [UInt8],
        isCounter: Bool,
        to body: inout [UInt8]
    ) {
        let metric = String(decoding: metric, as: UTF8.self)
        if request.hasHelp {
            body.append(
                text: "# COMMENT \(metric)\(isCounter ? "_total" : ""): chart \"\(shown(chart.name, chart.id))\", "
                    + "context \"\(PrometheusName.escaped(chart.context))\", "
                    + "family \"\(PrometheusName.escaped(chart.family))\", dimension "
                    + "\"\(shown(dimension.name, dimension.id))\", value * \(dimension.multiplier) / "
                    + "\(dimension.divisor) \(isCounter ? "delta gives" : "gives") "
                    + "\(PrometheusName.escaped(chart.units)) (\(isCounter ? "counter" : "gauge"))\n"
            )
        }
        if request.hasTypes { body.append(text: "# TYPE \(metric) \(isCounter ? "counter" : "gauge")\n") }
    }

    /// The average, or the sum, of what was stored since the last visit.
    ///
    /// Asked for sums the original only changes the names, unless sums are configured: so here.
    private func printStored(_ chart: ChartReading, _ numbers: [Double], to body: inout [UInt8]) {
        guard let window = chart.window else { return }
        var metric = metric(chart)
        if !request.hidesUnits, request.source != .sum {
            metric.append(text: PrometheusName.units(chart.units, areOld: request.usesOldUnits))
        }
        metric.append(request.source == .sum ? "_sum" : "_average")
        let start = lineStart(metric, "", chart)
        let end = lineEnd(window.through * 1000)
        chart.dimensions.withUnsafeBufferPointer { dimensions in
            for index in 0..<min(numbers.count, dimensions.count) where !numbers[index].isNaN {
                if request.hasHelp || request.hasTypes {
                    explain(chart, dimensions[index], metric, through: window.through, to: &body)
                }
                let name = request.usesNames ? dimensions[index].name : dimensions[index].id
                body.append(start, label: name, labelsEnd)
                body.append(fixed: numbers[index], decimals: 7)
                body += end
            }
        }
    }

    /// The lines in front of an average.
    private func explain(
        _ chart: ChartReading,
        _ dimension: DimensionDefinition,
        _ metric: [UInt8],
        through: Int64,
        to body: inout [UInt8]
    ) {
        let metric = String(decoding: metric, as: UTF8.self)
        if request.hasHelp {
            body.append(
                text: "# COMMENT \(metric): dimension \"\(shown(dimension.name, dimension.id))\", value is "
                    + "\(PrometheusName.escaped(chart.units)), gauge, dt \(after) to \(through) inclusive\n"
            )
        }
        if request.hasTypes { body.append(text: "# TYPE \(metric) gauge\n") }
    }

    /// - Parameter time: milliseconds since 1970.
    private func lineEnd(_ time: Int64) -> [UInt8] {
        var end: [UInt8] = []
        if request.hasTimestamps {
            end.append(" ")
            end.append(number: time)
        }
        end.append("\n")
        return end
    }
}

extension [UInt8] {
    /// Appends the value of a label, as ``PrometheusName/escaped(_:)`` has it, between two other texts: all at once.
    fileprivate mutating func append(_ start: [UInt8], label: String, _ end: [UInt8]) {
        var label = label
        label.withUTF8 { label in
            append(addingCapacity: start.count + 2 * label.count + end.count) { span in
                span.withUnsafeMutableBufferPointer { text, count in
                    guard let first = text.baseAddress else { return }
                    var place = first + count
                    func put(_ bytes: [UInt8]) {
                        bytes.withUnsafeBufferPointer { bytes in
                            guard let source = bytes.baseAddress else { return }
                            place.initialize(from: source, count: bytes.count)
                            place += bytes.count
                        }
                    }
                    put(start)
                    for byte in label {
                        var shown = byte
                        if byte == 0x22 || byte == 0x5c || byte == 0x0a {
                            place.initialize(to: 0x5c)
                            place += 1
                            if byte == 0x0a { shown = UInt8(ascii: "n") }
                        } else if byte < 0x20 {
                            shown = 0x20
                        }
                        place.initialize(to: shown)
                        place += 1
                    }
                    put(end)
                    count = place - first
                }
            }
        }
    }

    /// Appends letters and digits; everything else is `_`.
    fileprivate mutating func append(cleaned text: String) {
        for byte in text.utf8 { append(PrometheusName.cleaned(byte)) }
    }
}
