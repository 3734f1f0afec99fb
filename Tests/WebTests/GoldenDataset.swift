import Store

/// The golden data set: what a child once sent to a real parent, as the parent stored it.
struct GoldenDataset {
    static let start: Int64 = 1_795_338_000

    struct Chart {
        var definition: ChartDefinition
        var dimensions: [DimensionDefinition] = []
        /// Replicated points: the time at which each ends, and one storage number per dimension.
        var points: [(end: Int64, codes: [UInt32])] = []
        /// Live collections after the replicated points.
        var collections: [(microseconds: Int64, values: [(dimension: String, value: Int64)])] = []
    }

    var charts: [Chart] = []

    init() {
        for line in Fixture.text("dataset-stream.txt").split(separator: "\n") {
            let words = Self.words(line)
            switch words.first {
            case "CHART":
                charts.append(
                    Chart(
                        definition: ChartDefinition(
                            id: words[1],
                            name: words[2],
                            title: words[3],
                            units: words[4],
                            family: words[5],
                            context: words[6],
                            type: ChartType(rawValue: words[7]) ?? .line,
                            priority: Int(words[8]) ?? 0,
                            updateEvery: Int(words[9]) ?? 1,
                            plugin: words[11],
                            module: words[12]
                        )
                    )
                )
            case "DIMENSION":
                charts[charts.count - 1].dimensions.append(
                    DimensionDefinition(
                        id: words[1],
                        name: words[2],
                        algorithm: Algorithm(words[3]),
                        multiplier: Int64(words[4]) ?? 1,
                        divisor: Int64(words[5]) ?? 1,
                        options: words[6] == "hidden" ? .hidden : []
                    )
                )
            case "CLABEL":
                charts[charts.count - 1].definition.labels.append(Label(key: words[1], value: words[2], source: 1))
            case "RBEGIN" where words.count > 3:
                let width = charts[charts.count - 1].dimensions.count
                charts[charts.count - 1].points.append((Int64(words[3])!, Array(repeating: 0, count: width)))
            case "RSET":
                // The original loses the RESET mark of a replicated point, so it is left out here too.
                let index = charts[charts.count - 1].dimensions.firstIndex { $0.id == words[1] }!
                let point = charts[charts.count - 1].points.count - 1
                charts[charts.count - 1].points[point].codes[index] =
                    words[3] == "E" ? StorageNumber.empty : StorageNumber.encode(Double(words[2])!)
            case "BEGIN": charts[charts.count - 1].collections.append((Int64(words[2])!, []))
            case "SET":
                let last = charts[charts.count - 1].collections.count - 1
                charts[charts.count - 1].collections[last].values.append((words[1], Int64(words[3])!))
            default: break
            }
        }
    }

    /// Words between blanks; quotes hold a word together.
    private static func words(_ line: Substring) -> [String] {
        var words: [String] = []
        var rest = line.drop { $0 == " " }
        while let first = rest.first {
            if first == "\"" || first == "'" {
                let text = rest.dropFirst().prefix { $0 != first }
                words.append(String(text))
                rest = rest.dropFirst(text.count + 2)
            } else {
                let text = rest.prefix { $0 != " " }
                words.append(String(text))
                rest = rest.dropFirst(text.count)
            }
            rest = rest.drop { $0 == " " }
        }
        return words
    }
}
