import Store

/// What the plain text of a stream says, read by other means than the receiver's: by splitting at quotes and blanks.
struct ToldHost {
    var charts: [ToldChart] = []
    /// By chart and dimension.
    var lastValues: [String: [String: Int64]] = [:]
    var variables: [String: Double] = [:]
    var labels: [Label] = []
    /// ENDs.
    var updates = 0
    private var current = 0
    private var open = ""

    init(_ text: String) {
        for line in text.split(separator: "\n") { take(String(line)) }
    }

    private mutating func take(_ line: String) {
        let quoted = line.quoted
        let bare = line.bare
        switch line.prefix(while: { $0 != " " }) {
        case "CHART":
            let chart = ToldChart(quoted: quoted, bare: bare)
            current = charts.firstIndex { $0.id == chart.id } ?? charts.count
            if current == charts.count {
                charts.append(chart)
            } else {
                let dimensions = charts[current].dimensions
                charts[current] = chart
                charts[current].dimensions = dimensions
            }
        case "DIMENSION":
            let words = [quoted[0], quoted[1].isEmpty ? quoted[0] : quoted[1], quoted[2]] + bare.suffix(2)
            let dimension = words.joined(separator: "|")
            if !charts[current].dimensions.contains(dimension) { charts[current].dimensions.append(dimension) }
        case "BEGIN": open = quoted[0]
        case "SET": lastValues[open, default: [:]][quoted[0]] = Int64(bare.last!)!
        case "END": updates += 1
        case "VARIABLE" where bare[1] == "HOST": variables[bare[2]] = Double(bare.last!)!
        case "LABEL":
            // 1.33 does not quote the value; the upper bits of a source are the sender's own.
            let value = quoted.count > 1 ? quoted[1] : bare.dropFirst(2).joined(separator: " ")
            labels.append(Label(key: quoted[0], value: value, source: UInt32(bare[1])! & 0x1fff_ffff))
        default: break
        }
    }
}

/// The parts of a definition that stand in the text as they are stored.
struct ToldChart: Equatable {
    var id: String
    /// Title, units, family, context, type, plugin, module.
    var texts: [String]
    var priority: Int
    var updateEvery: Int
    /// `id|name|algorithm|multiplier|divisor`.
    var dimensions: [String] = []

    init(quoted: [String], bare: [String]) {
        id = quoted[0]
        texts = Array(quoted[2...6]) + Array(quoted[8...9])
        priority = Int(bare[1])!
        updateEvery = Int(bare[2])!
    }

    init(_ chart: ChartSnapshot) {
        let definition = chart.definition
        id = definition.id
        texts = [
            definition.title, definition.units, definition.family, definition.context, definition.type.rawValue,
            definition.plugin, definition.module,
        ]
        priority = definition.priority
        updateEvery = definition.updateEvery
        dimensions = chart.dimensions.map {
            "\($0.id)|\($0.name)|\($0.algorithm.text)|\($0.multiplier)|\($0.divisor)"
        }
    }
}

extension String {
    /// What stands between double quotes.
    fileprivate var quoted: [String] {
        split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }

    /// The words outside of them.
    fileprivate var bare: [String] {
        split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 0 }
            .flatMap { $0.element.split(separator: " ") }.filter { $0 != "=" }.map(String.init)
    }
}
