import Basics
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
    /// What the store holds of it: replicated points as they are, live collections through the arithmetic.
    private(set) var stored: [(chart: QueryChart, points: StoredPoints)] = []

    init() {
        read()
        stored = charts.map { $0.collections.isEmpty ? $0.replicated : $0.collected }
    }

    private mutating func read() {
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

extension GoldenDataset.Chart {
    /// The last values of replicated points are unknown to the original: it shows 0.
    fileprivate var replicated: (chart: QueryChart, points: StoredPoints) {
        let points = StoredPoints(
            firstTime: self.points.first?.end ?? 0,
            step: Int64(definition.updateEvery),
            columns: dimensions.indices.map { index in self.points.map { $0.codes[index] } }
        )
        return (describe(points, latest: dimensions.map { _ in 0 }), points)
    }

    fileprivate var collected: (chart: QueryChart, points: StoredPoints) {
        var database = HostDatabase(guid: GUID(random: Array(repeating: 7, count: 16)), settings: HostSettings())
        let ref = collect(into: &database)
        let points = database.points(of: ref)
        return (describe(points, latest: database.latest(of: ref).map { $0.value ?? .nan }), points)
    }

    /// Feeds the live collections: the first at T0 sharp, with the value of the replicated point.
    @discardableResult
    func collect(into database: inout HostDatabase) -> ChartRef {
        var definition = definition
        definition.options = .storeFirst
        var now = GoldenDataset.start * 1_000_000
        let ref = database.define(definition, now: now)!
        for dimension in dimensions { database.define(dimension, in: ref) }
        let start = (microseconds: Int64(0), values: dimensions.map { (dimension: $0.id, value: Int64(0)) })
        for collection in [start] + collections {
            now += collection.microseconds
            _ = database.begin(ref, microseconds: collection.microseconds, now: now, trusted: true)
            for (dimension, value) in collection.values { _ = dimension.withWord { database.set($0, value) } }
            _ = database.end(now: now)
        }
        return ref
    }

    private func describe(_ points: StoredPoints, latest: [Double]) -> QueryChart {
        QueryChart(
            id: definition.id,
            name: definition.name.isEmpty ? definition.id : definition.name,
            context: definition.context,
            updateEvery: Int64(definition.updateEvery),
            first: points.firstTime,
            last: points.lastTime,
            labels: [("_collect_plugin", definition.plugin), ("_collect_module", definition.module)]
                + definition.labels.map { ($0.key, $0.value) },
            dimensions: zip(dimensions, latest).map { dimension, latest in
                QueryChart.Dimension(
                    id: dimension.id,
                    name: dimension.name.isEmpty ? dimension.id : dimension.name,
                    isHidden: dimension.options.contains(.hidden),
                    latest: latest
                )
            }
        )
    }
}
