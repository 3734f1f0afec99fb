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
    /// All of a line in front of its dimension's name; of what is collected, of gauges.
    private var start: [UInt8] = []
    private var counterStart: [UInt8] = []
    /// Behind its value.
    private var end: [UInt8] = []
    /// Of the chart before: mostly this one's too.
    private var units = (text: "", shown: [UInt8]())

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
    mutating func print(
        _ chart: borrowing ChartReading,
        to body: inout [UInt8],
        points: (Int64, Int64) -> StoredPoints
    ) {
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

    /// A line begins with what a chart's metrics are called, without what tells their kinds apart.
    private mutating func setStart(_ chart: borrowing ChartReading) {
        start.removeAll(keepingCapacity: true)
        start.append(text: request.prefix)
        start.append("_")
        start.append(cleaned: chart.context)
    }

    /// Appends all of a line between the metric and its dimension's name.
    private static func appendLabels(_ chart: borrowing ChartReading, names: Bool, to line: inout [UInt8]) {
        line.append("{chart=\"")
        line.append([], label: names ? chart.name : chart.id, [])
        line.append("\",family=\"")
        line.append([], label: chart.family, [])
        line.append("\",dimension=\"")
    }

    /// - Parameter time: milliseconds since 1970.
    private mutating func setEnd(_ time: Int64) {
        end.removeAll(keepingCapacity: true)
        if request.hasTimestamps {
            end.append(" ")
            end.append(number: time)
        }
        end.append("\n")
    }

    /// The last integers as they came, with the milliseconds at which they came: those since the last visit.
    private mutating func printCollected(
        _ chart: borrowing ChartReading,
        _ numbers: [ChartReading.Collected?],
        to body: inout [UInt8]
    ) {
        guard chart.lastEnded >= after else { return }
        setStart(chart)
        let metric = request.hasHelp || request.hasTypes ? String(decoding: start, as: UTF8.self) : ""
        counterStart.removeAll(keepingCapacity: true)
        counterStart += start
        counterStart.append("_total")
        Self.appendLabels(chart, names: request.usesNames, to: &start)
        Self.appendLabels(chart, names: request.usesNames, to: &counterStart)
        let dimensions = chart.dimensions
        var age: UInt16?
        for index in 0..<min(numbers.count, dimensions.count) {
            guard let number = numbers[index], chart.lastEnded - Int64(number.age) >= after else { continue }
            let algorithm = dimensions[index].algorithm
            let isCounter = algorithm == .incremental || algorithm == .percentageOfIncrementalRow
            if request.hasHelp || request.hasTypes {
                explain(chart, dimensions[index], metric, isCounter: isCounter, to: &body)
            }
            if age != number.age { setEnd(Self.time(of: chart, secondsBefore: number.age)) }
            age = number.age
            let name = request.usesNames ? dimensions[index].name : dimensions[index].id
            body.append(isCounter ? counterStart : start, label: name, labelsEnd)
            body.append(number: number.value)
            body += end
        }
    }

    /// Milliseconds at which what was set so long before the chart's last collection came. Of that only the second is known: it gets
    /// the second's end, so that no line has an earlier time than the one of a scrape before.
    private static func time(of chart: borrowing ChartReading, secondsBefore age: UInt16) -> Int64 {
        let end = (chart.lastEnded - Int64(age)) * 1000 + 999
        return age == 0 ? min(chart.lastActive / 1000, end) : end
    }

    /// The lines in front of one of what was collected.
    private func explain(
        _ chart: borrowing ChartReading,
        _ dimension: DimensionDefinition,
        _ metric: String,
        isCounter: Bool,
        to body: inout [UInt8]
    ) {
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
    private mutating func printStored(
        _ chart: borrowing ChartReading,
        _ numbers: [Double],
        to body: inout [UInt8]
    ) {
        guard let window = chart.window else { return }
        setStart(chart)
        if !request.hidesUnits, request.source != .sum { start += shownUnits(chart.units) }
        start.append(request.source == .sum ? "_sum" : "_average")
        let metric = request.hasHelp || request.hasTypes ? String(decoding: start, as: UTF8.self) : ""
        Self.appendLabels(chart, names: request.usesNames, to: &start)
        setEnd(window.through * 1000)
        let dimensions = chart.dimensions
        for index in 0..<min(numbers.count, dimensions.count) where !numbers[index].isNaN {
            if request.hasHelp || request.hasTypes {
                explain(chart, dimensions[index], metric, through: window.through, to: &body)
            }
            body.append(start, label: request.usesNames ? dimensions[index].name : dimensions[index].id, labelsEnd)
            body.append(fixed: numbers[index], end)
        }
    }

    private mutating func shownUnits(_ text: String) -> [UInt8] {
        if units.shown.isEmpty || units.text != text {
            units = (text, Array(PrometheusName.units(text, areOld: request.usesOldUnits).utf8))
        }
        return units.shown
    }

    /// The lines in front of an average.
    private func explain(
        _ chart: borrowing ChartReading,
        _ dimension: DimensionDefinition,
        _ metric: String,
        through: Int64,
        to body: inout [UInt8]
    ) {
        if request.hasHelp {
            body.append(
                text: "# COMMENT \(metric): dimension \"\(shown(dimension.name, dimension.id))\", value is "
                    + "\(PrometheusName.escaped(chart.units)), gauge, dt \(after) to \(through) inclusive\n"
            )
        }
        if request.hasTypes { body.append(text: "# TYPE \(metric) gauge\n") }
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
        var text = text
        text.withUTF8 { text in
            append(addingCapacity: text.count) { span in
                for byte in text { span.append(PrometheusName.cleaned(byte)) }
            }
        }
    }
}
